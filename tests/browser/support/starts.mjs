// Does this browser start, and show a page? `node starts.mjs PATH`, with Playwright in BROWSER_PACKAGES.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

import { FLAGS } from './flags.mjs';

const { chromium } = createRequire(`${process.env.BROWSER_PACKAGES}/`)('playwright-core');

/** What a person needs of it: not what the browser was started with. */
function inShort({ message }) {
  const lines = message.split('\n').filter((line) => /error|failed|closed|ENOENT/i.test(line) && !line.includes('<launching>'));
  return lines.slice(0, 3).map((line) => line.slice(0, 200)).join('\n');
}

const browser = await chromium.launch({ executablePath: process.argv[2], args: FLAGS, timeout: 60e3 }).catch((error) => {
  console.error(inShort(error));
  process.exit(1);
});
const page = await browser.newPage();
await page.setContent('<p>it works');
assert.equal(await page.textContent('p'), 'it works');
await browser.close();
