// firebase-admin, over HTTP/1.1. Its option `httpAgent` leads it to the simulator. Its `cert` takes such an agent, too,
// and forgets it, so for the login the process has another default. Over HTTP/2 it sends the pseudo-header `:scheme`
// as `https:`, which no server takes.
'use strict'

const https = require('node:https')
const { cert, initializeApp } = require('firebase-admin/app')
const { getMessaging } = require('firebase-admin/messaging')
const Loopback = require('./loopback.cjs')
const serve = require('./orders.cjs')

serve(({ port, account }) => {
  https.globalAgent = new Loopback(port)
  const app = initializeApp({ credential: cert(account), httpAgent: new Loopback(port) })
  const messaging = getMessaging(app)
  messaging.enableLegacyHttpTransport()
  return async ({ title, body, tag, loud, to }) => {
    const { responses } = await messaging.sendEach(to.map(target => ({
      ...target,
      notification: { title, body },
      android: { priority: 'high', ttl: 86400000, collapseKey: tag, notification: { tag, defaultSound: loud } },
      apns: { headers: { 'apns-collapse-id': tag, 'apns-priority': '10' } },
      webpush: { headers: { Topic: tag, TTL: '86400' }, notification: { title, tag, silent: !loud } }
    })))
    return responses.map(({ messageId, error }) => error ? { error: error.code, message: error.message } : { id: messageId })
  }
})
