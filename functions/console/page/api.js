// Calls of the API. Relative: `v1/...` beside `console`, whatever stands before.

import { session } from './session.js';

/** What the API said no with, in its own words. */
export class Problem extends Error {
  constructor(status, body, requestId) {
    super(body.title ?? body.message ?? `HTTP ${status}`);
    this.status = status;
    this.code = body.code ?? `http-${status}`;
    this.detail = body.detail;
    this.errors = body.errors ?? [];
    this.requestId = body.request_id ?? requestId;
    this.retryAfter = body.retry_after_s;
  }
}

/** Nobody answered: the line is cut, or the gateway is not there. */
export class Offline extends Error {}

const TIMEOUT_MS = 30_000;

async function call(method, path, { body, signal, key = session.key } = {}) {
  const headers = { Accept: 'application/json', Authorization: `Bearer ${key}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  let answer;
  let text;
  try {
    answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      cache: 'no-store',
      credentials: 'omit',
    });
    text = await answer.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Offline();
  }
  const read = parsed(text);
  if (answer.ok) return read;
  throw new Problem(answer.status, read ?? {}, answer.headers.get('x-request-id'));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const seg = encodeURIComponent;
export const pushPath = (kind, id) => `v1/${kind}s/${seg(id)}`;

/** Parameters without those that are empty. */
function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return given.length ? `?${new URLSearchParams(given)}` : '';
}

export const api = {
  me: (key, signal) => call('GET', 'v1/me', { key, signal }),
  pushes: (values, signal) => call('GET', `v1/pushes${query(values)}`, { signal }),
  push: (kind, id, signal) => call('GET', pushPath(kind, id), { signal }),
  totals: (kind, id, signal) => call('GET', `${pushPath(kind, id)}/totals`, { signal }),
  revocation: (kind, id, rvk, signal) => call('GET', `${pushPath(kind, id)}/revocations/${seg(rvk)}`, { signal }),
  outcomes: (kind, id, rvk, values, signal) =>
    call('GET', `${pushPath(kind, id)}/revocations/${seg(rvk)}/outcomes${query(values)}`, { signal }),
  revoke: (kind, id, body, signal) => call('POST', `${pushPath(kind, id)}/revocations`, { body, signal }),
  replay: (kind, id, rvk, signal) => call('POST', `${pushPath(kind, id)}/revocations/${seg(rvk)}/replays`, { signal }),
};
