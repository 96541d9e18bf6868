// Dials the simulator, whatever host is wanted, under the name that its certificate has.
'use strict'

const { Agent } = require('node:https')

module.exports = class Loopback extends Agent {
  constructor (port) {
    super({ keepAlive: true })
    this.there = { host: '127.0.0.1', port, servername: 'localhost' }
  }

  createConnection (options, connected) {
    return super.createConnection({ ...options, ...this.there }, connected)
  }
}
