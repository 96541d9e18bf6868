// push-xiaomi, by its documented options only: `pushUrl` leads it to the simulator.
'use strict'

const { mock } = require('node:test')
const Xiaomi = require('push-xiaomi')
const serve = require('./orders.cjs')

serve(({ url, appSecret, appPkgName, clock }) => {
  // It takes the notification id from the clock and from nowhere else, so the clock is what can be set.
  if (clock !== undefined) mock.timers.enable({ apis: ['Date'], now: clock })
  const xiaomi = new Xiaomi({ appSecret, appPkgName, pushUrl: `${url}/v3/message/regid` })
  return ({ title, body, notifyType, regIds }) => new Promise(resolve => {
    const codes = []
    xiaomi.push({
      title,
      content: body,
      list: regIds,
      notify_type: notifyType,
      sleep: 0,
      success: ({ data }) => codes.push(data.code),
      fail: ({ message }) => codes.push(message),
      finish: report => resolve({ codes, sent: report.success_total, failed: report.fail_total, ids: report.traceIdList.length })
    })
  })
})
