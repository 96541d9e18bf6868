// What became of every delivery: the list of failures, and the file for a spreadsheet.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { deliver, failing, outcomes, push, revoke, settled, users } from '../support/api.mjs';
import { heading, openDialog, rows, settles, signedIn, table } from '../support/console.mjs';
import { parse } from '../support/csv.mjs';
import { cell } from '../../../functions/console/page/csv.js';
import { once, scenario, until } from '../support/scenario.mjs';

const FORMULAS = ['=HYPERLINK("http://example.com";"click")', '+1+1', '-2+3', '@SUM(A1)', '=1,2', 'a "quoted", comma', "x;=cmd|' /C calc'!A0", 'ünïcödé 用户'];

/** Many deliveries in many batches, some of which fail in different ways. */
const ended = once(async () => {
  const of = await push('outcomes-1', 'Sale, 50% off everyting');
  const huawei = users(of, 'huawei', 300);
  await deliver(of, 'huawei', 'h1', huawei.slice(0, 150));
  await deliver(of, 'huawei', 'h2', huawei.slice(150));
  for (let nth = 0; nth < 8; nth += 1) await deliver(of, 'apns', `apns-${nth}`, users(of, 'apns', 40, 1 + nth * 40));
  await deliver(of, 'xiaomi', 'formulas', FORMULAS.map((target, nth) => ({ token: `formula-${nth}`, target })));
  await deliver(of, 'oppo', 'quota', users(of, 'oppo', 9));
  await failing('huawei', huawei.slice(7, 9), '80300007');
  await failing('oppo', users(of, 'oppo', 9), '33');
  const { id } = await revoke(of);
  await settled(of, id);
  return { of, id, view: `${of.view}/revocations/${id}`, targets: [huawei[7].target, huawei[8].target] };
});

scenario('the failures are listed, each with its reason, and the address can be shared', async ({ tab }) => {
  const { view, targets } = await ended();
  const page = await signedIn(tab, 'viewer', view);
  await settles(page);
  const filter = page.getByRole('form', { name: 'Outcome filter' });
  await filter.getByLabel('Outcome').selectOption('May still be shown');
  const list = table(page, 'Outcomes');
  await until(async () => assert.equal((await rows(list)).length, 11));
  const failed = await rows(list);
  const gone = failed.filter((row) => row.Channel === 'Huawei');
  assert.deepEqual(gone.map((row) => row.Target).toSorted(), targets);
  const full = failed.filter((row) => row.Channel === 'OPPO');
  assert.ok(full.length === 9 && full.every((row) => row.Outcome === 'Failed' && row.Reason === 'oppo:33'), JSON.stringify(full));

  await filter.getByLabel('Channel').selectOption('OPPO');
  await until(async () => assert.equal((await rows(list)).length, 9));
  const shared = new URL(page.url()).hash;
  const other = await signedIn(tab, 'viewer', shared);
  await until(async () => assert.equal((await rows(table(other, 'Outcomes'))).length, 9));
  assert.equal(await other.getByLabel('Channel').evaluate((field) => field.selectedOptions[0].text), 'OPPO');

  await filter.getByLabel('Outcome').selectOption('All');
  await filter.getByLabel('Channel').selectOption('All');
  await until(async () => assert.ok((await rows(list)).length > 11));
  const shown = (await rows(list)).length;
  assert.ok(shown <= 200, `${shown} at once are too many to read`);
  await page.getByRole('button', { name: 'Show more' }).click();
  await until(async () => assert.ok((await rows(list)).length > shown));
});

scenario('the CSV is what the API says, over all its pages, and a spreadsheet runs none of it', async ({ tab }) => {
  const { of, id, view } = await ended();
  const page = await signedIn(tab, 'viewer', view);
  await settles(page);
  for (const [name, filter, filtered] of [['All', {}, () => true], ['May still be shown', {}, (one) => one.outcome !== 'overwritten']]) {
    await page.getByLabel('Outcome', { exact: true }).selectOption(name);
    await table(page, 'Outcomes').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download CSV' }).click()]);
    assert.match(download.suggestedFilename(), /\.csv$/);
    const bytes = await readFile(await download.path());
    assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf], 'Excel reads it as UTF-8 only with a byte order mark');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const [head, ...lines] = parse(text);
    assert.deepEqual(head, ['batch_id', 'slot', 'channel', 'target', 'outcome', 'reason']);
    const expected = (await outcomes(of, id, filter)).filter(filtered).map((one) => head.map((column) => parse(`${cell(one[column])}\r\n`)[0][0]));
    const sorted = (table) => table.map((row) => JSON.stringify(row)).toSorted();
    assert.deepEqual(sorted(lines), sorted(expected));
    assert.equal(lines.length, name === 'All' ? 637 : 11);
    // Whatever a spreadsheet takes for a separator.
    for (const part of text.split(/[;,\t|]|\r\n/)) assert.doesNotMatch(part, /^[ "]*[=+\-@]/);
  }
});

scenario('what the CSV calls targets pastes back into the box, from the file and from a spreadsheet', async ({ tab }) => {
  const { view } = await ended();
  const page = await signedIn(tab, 'operator', `${view}?channel=xiaomi`);
  await settles(page);
  await until(async () => assert.equal((await rows(table(page, 'Outcomes'))).length, FORMULAS.length));
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download CSV' }).click()]);
  const text = await readFile(await download.path(), 'utf8');
  const inFile = text.split('\r\n').slice(1, -1).map((line) => line.match(/^"formulas",\d+,"xiaomi",(".*"),"overwritten"/)[1]);
  const inSheet = parse(text).slice(1).map((line) => line[3]);

  // All of it is revoked, so a push of its own asks.
  const other = await push('paste-back-1', 'Pasted into');
  await deliver(other, 'huawei', 'b1', users(other, 'huawei', 1));
  await page.goto(`${page.url().split('#')[0]}${other.view}`);
  await heading(page, other.title).waitFor();
  const asked = await openDialog(page);
  await asked.getByRole('radio', { name: 'Some targets' }).check();
  for (const cells of [inFile, inSheet]) {
    const [request] = await Promise.all([
      page.waitForRequest((one) => one.method() === 'POST' && one.postDataJSON().scope?.targets?.length === FORMULAS.length),
      asked.getByLabel('Targets, one per line').fill(cells.join('\n')),
    ]);
    assert.deepEqual(request.postDataJSON().scope.targets.toSorted(), FORMULAS.toSorted());
    await asked.getByLabel('Targets, one per line').fill('');
  }
});

scenario('what failed is tried again, by an operator', async ({ tab }) => {
  const { of, view } = await ended();
  await failing('oppo', users(of, 'oppo', 9), null);
  const viewer = await signedIn(tab, 'viewer', view);
  await settles(viewer);
  assert.equal(await viewer.getByRole('button', { name: 'Try failed again' }).count(), 0);
  const page = await signedIn(tab, 'operator', view);
  await page.getByRole('button', { name: 'Try failed again' }).click();
  await until(async () => {
    const total = await rows(table(page, 'Outcomes in total'));
    assert.equal(total.find((row) => row.Outcome === 'Overwritten').Deliveries, '635');
  }, 60e3);
  await page.getByRole('button', { name: 'Try failed again' }).waitFor({ state: 'detached' });
  await heading(page, 'Revocation').waitFor();
});
