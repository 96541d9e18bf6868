// 5,000 pushes, which tests/browser/tests/browser/many_pushes.rs has written: `Push 5000` is the newest, each a minute before the next.

import assert from 'node:assert/strict';

import { read } from '../support/api.mjs';
import { lists, rows, signedIn, table } from '../support/console.mjs';
import { scenario, until } from '../support/scenario.mjs';

const PUSHES = 5000;
const PAGE = 50;
const page50 = (newest) => Array.from({ length: Math.min(PAGE, newest) }, (_, nth) => `Push ${newest - nth}`);

scenario('5,000 pushes page smoothly, to the last and back', async ({ tab }) => {
  const page = await signedIn(tab, 'viewer');
  await lists(page, page50(PUSHES));
  const pages = page.getByRole('navigation', { name: 'Pages' });
  const older = async (newest) => {
    const began = performance.now();
    await pages.getByRole('link', { name: 'Older' }).click();
    await page.getByRole('link', { name: `Push ${newest}`, exact: true }).waitFor();
    const took = performance.now() - began;
    assert.deepEqual((await rows(table(page, 'Pushes'))).map((row) => row.Title), page50(newest));
    return took;
  };
  const elements = await page.evaluate(() => document.querySelectorAll('*').length);
  const turns = [];
  for (let nth = 1; nth <= 10; nth += 1) turns.push(await older(PUSHES - nth * PAGE));
  // How long one takes depends on who else runs. A list that grows gets slower and slower.
  const median = (some) => some.toSorted((a, b) => a - b)[some.length / 2 | 0];
  const [first, last] = [median(turns.slice(0, 5)), median(turns.slice(-5))];
  process.stderr.write(`  a page: ${Math.round(first)} ms at first, ${Math.round(last)} ms later\n`);
  assert.ok(last < 5 * first, `${turns}`);
  const more = await page.evaluate(() => document.querySelectorAll('*').length) - elements;
  assert.ok(more < 50, `${more} elements are left over`);

  // Near the end, by an address as it would be shared.
  await page.goto(`${page.url().split('#')[0]}#/pushes?page=98&cursor=${encodeURIComponent(await cursorAfter(97 * PAGE))}`);
  await lists(page, page50(3 * PAGE));
  await older(2 * PAGE);
  await older(PAGE);
  assert.equal(await pages.getByRole('link', { name: 'Older' }).count(), 0);
  for (const newest of [2 * PAGE, 3 * PAGE]) {
    await pages.getByRole('link', { name: 'Newer' }).click();
    await lists(page, page50(newest));
  }
  await page.goBack();
  await lists(page, page50(2 * PAGE));
  await pages.getByRole('link', { name: 'Newest' }).click();
  await lists(page, page50(PUSHES));
});

/** What the API gives after so many pushes, with pages as large as it allows. */
async function cursorAfter(count) {
  let cursor = '';
  for (let left = count; left > 0;) {
    const limit = Math.min(left, 100);
    const query = new URLSearchParams({ type: 'batch', from: new Date(Date.now() - 7 * 24 * 3600e3).toISOString(), limit });
    if (cursor) query.set('cursor', cursor);
    const page = await read(`/v1/pushes?${query}`);
    cursor = page.next_cursor;
    left -= page.pushes.length;
  }
  return cursor;
}

scenario('a page in the middle can be shared', async ({ tab }) => {
  const page = await signedIn(tab, 'viewer');
  await lists(page, page50(PUSHES));
  await page.getByRole('link', { name: 'Older' }).click();
  await lists(page, page50(PUSHES - PAGE));
  const other = await signedIn(tab, 'viewer', new URL(page.url()).hash);
  await lists(other, page50(PUSHES - PAGE));
  await other.getByRole('link', { name: 'Newest' }).click();
  await lists(other, page50(PUSHES));
});

scenario('one among 5,000 is found by its name', async ({ tab }) => {
  const page = await signedIn(tab, 'viewer');
  await page.getByLabel('Title begins with').fill('Push 777');
  await page.getByRole('button', { name: 'Apply' }).click();
  // What is far back is looked for when that is asked for.
  await until(async () => {
    const further = page.getByRole('button', { name: 'Look further back' });
    if (await further.isVisible()) await further.click({ timeout: 1000 }).catch(() => {});
    assert.ok(await page.getByRole('link', { name: 'Push 777', exact: true }).isVisible());
  }, 60e3);
});
