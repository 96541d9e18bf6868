// @googleapis/fcm. Its option `rootUrl` leads it to the simulator. The library that logs in for it has no such option
// for a service account, so an `agent` dials there.
'use strict'

const { auth, fcm } = require('@googleapis/fcm')
const serve = require('./orders.cjs')
const Loopback = require('./loopback.cjs')

serve(({ url, port, account }) => {
  const login = new auth.GoogleAuth({
    credentials: account,
    scopes: ['https://www.googleapis.com/auth/firebase.messaging'],
    clientOptions: { transporterOptions: { agent: new Loopback(port) } }
  })
  const { projects } = fcm({ version: 'v1', auth: login, rootUrl: `${url}/` })
  return ({ title, body, tag, loud, to }) => Promise.all(to.map(target => projects.messages.send({
    parent: `projects/${account.project_id}`,
    requestBody: {
      message: {
        ...target,
        notification: { title, body },
        android: { priority: 'HIGH', ttl: '86400s', collapseKey: tag, notification: { tag, defaultSound: loud } },
        apns: { headers: { 'apns-collapse-id': tag, 'apns-priority': '10' } },
        webpush: { headers: { Topic: tag, TTL: '86400' }, notification: { title, tag, silent: !loud } }
      }
    }
  }).then(({ data }) => ({ id: data.name }), report)))
})

// It has one error for all; what FCM said is in the answer.
function report ({ message, response }) {
  const said = response?.data?.error?.details?.find(detail => detail.errorCode)
  return { error: said?.errorCode, message }
}
