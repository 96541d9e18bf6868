// One scenario: a browser context of its own, and what holds for every one of them.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';

import { FLAGS } from './flags.mjs';
import { world } from './world.mjs';

const packages = createRequire(`${world.packages}/`);
const { chromium } = packages('playwright-core');
const axe = packages.resolve('axe-core/axe.min.js');

/** How long the page may take to show what it should, with others beside it on a small machine. */
export const PATIENCE = 60e3;
const LONGEST = 300e3;

/** Made when it is first asked for. */
export const once = (make) => {
  let made;
  return () => (made ??= make());
};

let started;
const browser = once(() => {
  started = chromium.launch({
    executablePath: world.chromium,
    headless: process.env.BROWSER_SHOW === undefined,
    slowMo: process.env.BROWSER_SHOW === undefined ? 0 : 300,
    args: FLAGS,
  });
  return started;
});
after(async () => (await started)?.close());

/**
 * `run` is given `tab(options)`, which opens a tab, and `person(options)`, another context with a `tab` of its own.
 * `refused` are the HTTP statuses and network errors that the scenario provokes: the browser complains about them.
 * `audited` has axe in every page: half a megabyte that others do without. `fresh` gets the page from the service.
 */
export function scenario(name, run, { refused = [], skip = false, audited = false, fresh = false, ...contextOptions } = {}) {
  test(name, { timeout: LONGEST, skip }, async () => {
    const seen = { complaints: [], hosts: new Set(), tabs: [], contexts: [] };
    const person = async (more = {}) => {
      const context = await (await browser()).newContext({
        locale: 'en', timezoneId: 'Europe/Madrid', viewport: { width: 1280, height: 800 }, serviceWorkers: 'block', ...contextOptions, ...more,
      });
      context.setDefaultTimeout(PATIENCE);
      seen.contexts.push(context);
      await watch(context, seen, refused);
      if (!fresh) await rememberThePage(context);
      if (audited) await context.addInitScript({ path: axe });
      return { context, tab: (at = '') => open(context, at) };
    };
    try {
      const { context, tab } = await person();
      await run({ context, tab, person });
      assert.deepEqual(seen.complaints, [], 'the browser complained');
      assert.deepEqual([...seen.hosts], [new URL(world.console).host], 'something was asked of another host');
      for (const one of seen.contexts) assert.deepEqual(await one.cookies(), [], 'there are cookies');
    } catch (error) {
      await keepPictures(name, seen);
      throw error;
    } finally {
      await Promise.all(seen.contexts.map((one) => one.close()));
    }
  });
}

/** The files of the page by their paths, as the service sent them first. */
const remembered = `${process.env.BROWSER_WORLD}.page`;
const files = new Map(existsSync(remembered) ? JSON.parse(readFileSync(remembered, 'utf8')) : []);

function remember(path, file) {
  files.set(path, file);
  const mine = `${remembered}-${process.pid}`;
  writeFileSync(mine, JSON.stringify([...files]));
  renameSync(mine, remembered);
}

/**
 * Every scenario is a person who was never here, and the page comes through the local gateway in seconds. So only the
 * first who needs a file of it asks the service. The others get what that one got, with the headers.
 */
async function rememberThePage(context) {
  const isOfThePage = (url) => url.href.startsWith(world.console);
  context.on('response', async (response) => {
    const url = new URL(response.url());
    if (response.status() !== 200 || !isOfThePage(url) || files.has(url.pathname)) return;
    // The tab may be closed before all of it has come.
    const body = await response.body().catch(() => null);
    if (body === null) return;
    const { 'content-encoding': _encoded, 'content-length': _length, ...headers } = response.headers();
    remember(url.pathname, { status: 200, headers, body: body.toString('base64') });
  });
  await context.route(isOfThePage, (route) => {
    const file = files.get(new URL(route.request().url()).pathname);
    return file === undefined ? route.continue() : route.fulfill({ ...file, body: Buffer.from(file.body, 'base64') });
  });
}

async function open(context, at) {
  const page = await context.newPage();
  await page.goto(world.console + at);
  return page;
}

/** Dialogs, errors, breaches of the Content-Security-Policy, and who is asked. */
async function watch(context, seen, refused) {
  await context.exposeFunction('breached', (what) => { seen.complaints.push(`Content-Security-Policy: ${what}`); });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => globalThis.breached(`${event.effectiveDirective} ${event.blockedURI}`));
  });
  const provoked = (text) => text.startsWith('Failed to load resource') && refused.some((what) => text.includes(what));
  context.on('page', (page) => {
    seen.tabs.push(page);
    page.on('dialog', (dialog) => {
      seen.complaints.push(`a dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on('pageerror', (error) => seen.complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !provoked(message.text())) seen.complaints.push(message.text());
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith('http') || url.protocol.startsWith('ws')) seen.hosts.add(url.host);
    });
  });
}

/** What the tabs showed when a scenario failed. */
async function keepPictures(name, { tabs }) {
  mkdirSync(world.pictures, { recursive: true });
  for (const [nth, page] of tabs.entries()) {
    const path = `${world.pictures}/${name.replaceAll(/\W+/g, '-')}-${nth + 1}.png`;
    const kept = await page.screenshot({ path, timeout: 5000 }).then(() => true, () => false);
    if (kept) process.stderr.write(`  what it showed: ${path} (${page.url()})\n`);
  }
}

/** Asks until the answer is right, or says why it never was. */
export async function until(judge, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    try {
      return await judge();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
}
