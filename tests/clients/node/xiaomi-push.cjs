// xiaomi-push. It has no option for the address: its public `apis` says where each call goes, and only that is set.
'use strict'

const { Message, Notification } = require('xiaomi-push')
const serve = require('./orders.cjs')

serve(({ url, appSecret, appPkgName }) => {
  const notification = new Notification({ production: true, appSecret })
  notification.apis.regid = `${url}/v2/message/regid`
  return async ({ title, body, notifyId, notifyType, regIds }) => {
    const message = new Message()
      .title(title).description(body).payload('shop').passThrough(0)
      .restrictedPackageName(appPkgName).notifyId(notifyId).notifyType(notifyType)
      .timeToLive(86400000).extra('notify_foreground', '1')
    try {
      const { code, result, data } = await notification.sendToRegid(regIds, message)
      return { code, result, bad: data.bad_regids ?? '' }
    } catch (error) {
      return { error: error.message }
    }
  }
})
