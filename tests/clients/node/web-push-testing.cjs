// web-push-testing, which is a push service, and the browsers behind it. It would listen everywhere, without TLS; here
// its application is given the requests of a server that has TLS and listens on 127.0.0.1. The keys of the site are
// made by web-push.
'use strict'

const { createServer } = require('node:https')
const { PushApiModel } = require('web-push-testing/src/PushApiModel.js')
const PushService = require('web-push-testing/src/server.js')
const webPush = require('web-push')
const serve = require('./orders.cjs')

serve(async ({ cert, key }) => {
  const browsers = new PushApiModel()
  const service = new PushService(browsers, 0)
  service.setRequestHandlers()
  const seen = []
  const server = createServer({ cert, key }, (request, response) => {
    const [headers, parts] = [{ ...request.headers }, []]
    request.on('data', part => parts.push(part))
    request.on('end', () => seen.push({ headers, body: Buffer.concat(parts).toString('base64') }))
    service._app(request, response)
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  browsers.notifyUrl = `https://localhost:${server.address().port}/notify/`

  return async ({ what, site, browser }) => {
    switch (what) {
      case 'keys': return webPush.generateVAPIDKeys()
      case 'subscribe': return browsers.subscribe({ userVisibleOnly: 'true', applicationServerKey: site })
      case 'expire': return browsers.expireSubscription(browser) ?? {}
      case 'read': return browsers.getNotifications({ clientHash: browser })
      case 'private': return { key: browsers.subscriptions[browser].subscriptionDh.getPrivateKey('base64') }
      case 'seen': return { seen }
    }
  }
})
