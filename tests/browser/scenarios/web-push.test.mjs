// A site's service worker in a browser: a message is shown, revoked, and what is shown is asked of the browser itself.
//
// A browser subscribes at its maker's push service, which is not asked here: its part, to hand the decrypted text to the
// service worker, is taken by the DevTools protocol. The text is the very one that the client makes: its own test
// compares it with the same file.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { FLAGS } from '../support/flags.mjs';
import { world } from '../support/world.mjs';

const { chromium } = createRequire(`${world.packages}/`)('playwright-core');
const support = (name) => readFileSync(new URL(`../support/${name}`, import.meta.url), 'utf8');
const NOTICE = support('push-notice.json');
const ORIGINAL = JSON.stringify({ title: 'Half price', body: 'Only today', tag: 'rv-9' });
const OTHER = JSON.stringify({ title: 'Another message', body: '', tag: 'other' });
const LONGEST = 120e3;

let browser;
let server;
let origin;

before(async () => {
  const files = new Map([
    ['/', ['text/html', '<!doctype html><title>A site</title>']],
    ['/push-worker.js', ['text/javascript', support('push-worker.js')]],
  ]);
  server = createServer((request, response) => {
    const [type, text] = files.get(request.url) ?? ['text/plain', ''];
    response.writeHead(files.has(request.url) ? 200 : 404, { 'content-type': `${type}; charset=utf-8` }).end(text);
  });
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  origin = `http://127.0.0.1:${server.address().port}`;
  browser = await chromium.launch({ executablePath: world.chromium, args: FLAGS });
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** A page of the site whose user allows notifications, and what its browser would do with pushes for it. */
async function site() {
  const context = await browser.newContext({ permissions: ['notifications'] });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  const registered = new Promise((is) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find((one) => one.scopeURL.startsWith(origin) && !one.isDeleted);
      if (ours !== undefined) is(ours.registrationId);
    });
  });
  await devtools.send('ServiceWorker.enable');
  await page.goto(origin);
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/push-worker.js');
    await navigator.serviceWorker.ready;
  });
  const registrationId = await registered;
  return {
    context,
    page,
    push: (data) => devtools.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data }),
    /** What lies on the bar, by title. */
    shown: () => page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      const all = await registration.getNotifications();
      return all.map(({ title, body, tag, silent }) => ({ title, body, tag, silent })).sort((one, other) => one.title.localeCompare(other.title));
    }),
  };
}

/**
 * Hands a message to the service worker, and says what is shown when its notification is. Chromium drops one now and then,
 * without a word; what comes again shows the same, as it has a tag.
 */
async function push(at, data, title) {
  const end = Date.now() + 60e3;
  for (;;) {
    await at.push(data);
    const again = Date.now() + 2e3;
    while (Date.now() < again) {
      const shown = await at.shown();
      if (shown.some((one) => one.title === title)) return shown;
      await new Promise((later) => { setTimeout(later, 50); });
    }
    assert.ok(Date.now() < end, `${title} was not shown, but ${JSON.stringify(await at.shown())}`);
  }
}

test('the notice takes the place of the message with its tag, and of no other', { timeout: LONGEST }, async () => {
  const at = await site();
  await push(at, ORIGINAL, 'Half price');
  const before = await push(at, OTHER, 'Another message');
  assert.deepEqual(before.map((one) => one.title), ['Another message', 'Half price']);
  const notice = { title: 'Message revoked', body: '撤回', tag: 'rv-9', silent: true };
  const other = { title: 'Another message', body: '', tag: 'other', silent: false };
  assert.deepEqual(await push(at, NOTICE, 'Message revoked'), [other, notice]);
  await at.context.close();
});

test('a notice that comes twice is one notification', { timeout: LONGEST }, async () => {
  const at = await site();
  await push(at, ORIGINAL, 'Half price');
  await push(at, NOTICE, 'Message revoked');
  await at.push(NOTICE);
  const shown = await push(at, OTHER, 'Another message');
  assert.deepEqual(shown.map((one) => one.title), ['Another message', 'Message revoked']);
  await at.context.close();
});

test('the page subscribes as far as a browser does without its push service', { timeout: LONGEST }, async () => {
  const at = await site();
  const subscribed = await at.page.evaluate(async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const applicationServerKey = await crypto.subtle.exportKey('raw', pair.publicKey);
    const registration = await navigator.serviceWorker.ready;
    const permission = await registration.pushManager.permissionState({ userVisibleOnly: true, applicationServerKey });
    const told = registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
    const late = new Promise((is) => { setTimeout(is, 20e3, { error: 'late' }); });
    const subscription = await Promise.race([told, late]).catch((error) => ({ error: error.name }));
    return { permission, error: subscription.error, json: subscription.error === undefined ? subscription.toJSON() : null };
  });
  assert.equal(subscribed.permission, 'granted');
  if (subscribed.json === null) {
    // docs/web-push.md says so: nobody is there to subscribe at.
    assert.ok(['AbortError', 'late'].includes(subscribed.error), subscribed.error);
  } else {
    assert.match(subscribed.json.endpoint, /^https:/);
    assert.equal(subscribed.json.keys.p256dh.length, 87);
    assert.equal(subscribed.json.keys.auth.length, 22);
  }
  await at.context.close();
});
