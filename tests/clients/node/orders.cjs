// Orders come in as lines of JSON, the first one with the settings; each is answered with one line. So one
// client object lives through a whole test, as it does in a program, and the test can look in between.
'use strict'

const { createInterface } = require('node:readline')

// `setUp(settings)` gives the function that carries out an order.
module.exports = async function serve (setUp) {
  let carryOut
  for await (const line of createInterface({ input: process.stdin })) {
    const order = JSON.parse(line)
    let answer = {}
    if (carryOut === undefined) carryOut = await setUp(order)
    else answer = await carryOut(order)
    process.stdout.write(`${JSON.stringify(answer)}\n`)
  }
  process.exit(0)
}
