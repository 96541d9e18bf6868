// How little is needed until something is seen, and what guards it.

import assert from 'node:assert/strict';

import { push } from '../support/api.mjs';
import { heading, lists, signIn } from '../support/console.mjs';
import { scenario } from '../support/scenario.mjs';
import { world } from '../support/world.mjs';

scenario('the first view is less than 100 kB in total', async ({ context, tab }) => {
  const of = await push('first-1', 'The first that is seen');
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  let bytes = 0;
  let files = 0;
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    files += 1;
  });
  await devtools.send('Network.enable');
  await page.goto(world.console);
  await heading(page, 'Sign in').waitFor();
  const [signInBytes, signInFiles] = [bytes, files];
  await signIn(page, 'viewer');
  await lists(page, [of.title]);
  process.stderr.write(`  signing in: ${signInBytes} bytes in ${signInFiles} answers; with the list: ${bytes} in ${files}\n`);
  assert.ok(signInFiles > 5 && files > signInFiles, 'nothing was measured');
  assert.ok(bytes < 100_000, `${bytes} bytes`);
  void tab;
}, { fresh: true });

scenario('the page may load what is its own and nothing else', async ({ tab }) => {
  const page = await tab();
  const answer = await page.reload();
  const headers = answer.headers();
  const policy = Object.fromEntries(headers['content-security-policy'].split(';').map((one) => one.trim().split(/ (.*)/s)));
  assert.equal(policy['default-src'], "'none'");
  for (const [name, value] of Object.entries(policy)) {
    assert.ok(["'none'", "'self'"].includes(value), `${name} ${value}`);
  }
  for (const name of ['frame-ancestors', 'base-uri', 'form-action']) assert.equal(policy[name], "'none'", name);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['referrer-policy'], 'no-referrer');
}, { fresh: true });
