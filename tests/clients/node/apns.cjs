// @parse/node-apn, by its documented options only: `address`, `port` and `ca` lead it to the simulator.
'use strict'

const apn = require('@parse/node-apn')
const serve = require('./orders.cjs')

serve(({ address, port, ca, key, keyId, teamId, topic }) => {
  const provider = new apn.Provider({ address, port, ca, token: { key, keyId, teamId } })
  return async ({ title, body, collapseId, sound, devices }) => {
    const note = new apn.Notification()
    Object.assign(note, { topic, collapseId, pushType: 'alert', alert: { title, body } })
    if (sound !== undefined) note.sound = sound
    const { sent, failed } = await provider.send(note, devices)
    return {
      sent: sent.map(({ device }) => device),
      failed: failed.map(({ device, status, response, error }) => ({
        device, status, reason: response?.reason ?? error?.message
      }))
    }
  }
})
