// web-push. The endpoint of the subscription leads it to the simulator.
'use strict'

const https = require('node:https')
const webPush = require('web-push')
const serve = require('./orders.cjs')

serve(() => {
  const keys = webPush.generateVAPIDKeys()
  return async ({ what, subscription, text, options, subject = 'mailto:ops@example.com', without, audience }) => {
    if (what === 'keys') return keys
    const vapidDetails = { subject, ...keys }
    const all = { vapidDetails, ...options }
    try {
      const { statusCode } = what === 'push'
        ? await webPush.sendNotification(subscription, text, all)
        : await post(spoiled(webPush.generateRequestDetails(subscription, text, all), without, audience, vapidDetails))
      return { status: statusCode }
    } catch ({ statusCode, message }) {
      return { status: statusCode, message }
    }
  }
})

// Its own request, with a mistake that it does not make by itself.
function spoiled (details, without, audience, { subject, publicKey, privateKey }) {
  if (without) delete details.headers[without]
  if (audience) Object.assign(details.headers, webPush.getVapidHeaders(audience, subject, publicKey, privateKey, 'aes128gcm'))
  return details
}

function post ({ endpoint, method, headers, body }) {
  return new Promise((resolve, reject) => {
    const request = https.request(endpoint, { method, headers }, answer => resolve(answer.resume()))
    request.on('error', reject).end(body)
  })
}
