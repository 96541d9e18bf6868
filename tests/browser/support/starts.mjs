// Does this browser start, and show a page? `node starts.mjs PATH`, with Playwright in BROWSER_PACKAGES.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

import { FLAGS } from './flags.mjs';

const { chromium } = createRequire(`${process.env.BROWSER_PACKAGES}/`)('playwright-core');

const browser = await chromium.launch({ executablePath: process.argv[2], args: FLAGS, timeout: 60e3 });
const page = await browser.newPage();
await page.setContent('<p>it works');
assert.equal(await page.textContent('p'), 'it works');
await browser.close();
