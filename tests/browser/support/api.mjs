// The API as its other callers use it, to prepare what the browser shall show and to judge what it showed.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { world } from './world.mjs';

const { tenant } = world;

async function call(role, method, path, body) {
  const answer = await fetch(world.api + path, {
    method,
    headers: { authorization: `Bearer ${tenant.keys[role]}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said = await answer.json();
  assert.ok(answer.ok, `${method} ${path} was answered ${answer.status}: ${JSON.stringify(said)}`);
  return said;
}

/** The simulated vendors and devices: tests/vendor-sim/README.md. */
export async function control(path, body = {}) {
  const answer = await fetch(world.control + path, { method: 'POST', body: JSON.stringify(body) });
  assert.ok(answer.ok, `${path} was answered ${answer.status}: ${await answer.clone().text()}`);
  return answer.json();
}

/** A registered push: what the sender said of it, and its path. */
export async function push(id, title, { type = 'batch', minutesAgo = 5, ...more } = {}) {
  const kind = ['simple', 'template'].includes(type) ? 'messages' : 'tasks';
  const path = `/v1/${kind}/${encodeURIComponent(id)}`;
  const sentAt = new Date(Date.now() - minutesAgo * 60e3).toISOString();
  await call('sender', 'PUT', path, { type, title, sent_at: sentAt, ...more });
  return { id, title, path, view: `#/${kind}/${encodeURIComponent(id)}` };
}

const NOTIFY_ID = 4711;

/** One batch, recorded. `deliveries` are `{token, target}`. */
export function record(of, channel, batchId, deliveries, more = {}) {
  const shared = { apns: { collapse_id: 'sale-4711' }, sms: {}, vivo: { notify_id: NOTIFY_ID, vendor_task_id: '730021984' } };
  return call('sender', 'POST', `${of.path}/deliveries`, {
    batch_id: batchId, channel, ...(shared[channel] ?? { notify_id: NOTIFY_ID }), deliveries, ...more,
  });
}

const delivered = new Map();

/** The vendor takes its time with every call for a device that a push was delivered to, and with no other. */
export function slow(of, channel, ms) {
  const tokens = delivered.get(`${of.path} ${channel}`);
  return control('/faults', { vendor: channel, slow_tokens: Object.fromEntries(tokens.map((token) => [token, ms])) });
}

/** The vendor answers these deliveries with `code`, until it is told `null`. */
export function failing(channel, deliveries, code) {
  return control('/faults', { vendor: channel, fail_tokens: Object.fromEntries(deliveries.map(({ token }) => [token, code])) });
}

/** A batch that is recorded, and devices that show it. */
export async function deliver(of, channel, batchId, deliveries, more) {
  const tokens = deliveries.map((one) => one.token);
  const key = `${of.path} ${channel}`;
  delivered.set(key, [...delivered.get(key) ?? [], ...tokens]);
  await control('/devices', { vendor: channel, app: tenant.apps[channel], tokens, state: 'active' });
  const shown = { vendor: channel, tokens, title: of.title, body: of.title };
  if (channel === 'vivo') shown.task = '730021984';
  await control('/deliver', { ...shown, key: channel === 'apns' ? 'sale-4711' : String(NOTIFY_ID) });
  return record(of, channel, batchId, deliveries, more);
}

/** Deliveries to users of a channel. Apple's tokens are hexadecimal; no two pushes share a device. */
export function users(of, channel, count, from = 1) {
  const seed = Buffer.from(`${of.id}/${channel}`).toString('hex').slice(0, 40).padEnd(40, '0');
  return Array.from({ length: count }, (_, nth) => {
    const number = String(from + nth);
    return { token: `${seed}${number.padStart(24, '0')}`, target: `user-${number.padStart(5, '0')}` };
  });
}

export const revoke = (of, body = { reason: 'wrong price' }) => call('operator', 'POST', `${of.path}/revocations`, body);
export const read = (path) => call('viewer', 'GET', path);

/** Every outcome of a revocation, over all pages. */
export async function outcomes(of, rvk, filter = {}) {
  const all = [];
  let cursor;
  do {
    const query = new URLSearchParams({ ...filter, ...(cursor ? { cursor } : {}) });
    const page = await read(`${of.path}/revocations/${rvk}/outcomes?${query}`);
    all.push(...page.outcomes);
    cursor = page.next_cursor;
  } while (cursor);
  return all;
}

export async function settled(of, rvk, patience = 60e3) {
  const until = Date.now() + patience;
  for (;;) {
    const now = await read(`${of.path}/revocations/${rvk}`);
    if (now.state === 'settled') return now;
    assert.ok(Date.now() < until, `not settled in time: ${JSON.stringify(now.progress.total)}`);
    await new Promise((resolve) => { setTimeout(resolve, 300); });
  }
}

/** `revocation-keys`, the command that operators use. */
export async function keys(...args) {
  const { stdout } = await promisify(execFile)(world.keys_command.program, args, { env: world.keys_command.env });
  return stdout.trim();
}

export const newKey = (role) => keys('new', '--app', tenant.app, '--workspace', tenant.workspace, '--role', role);
