// What people paste into the box of targets, and what the CSV does to a text so that it comes back.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cell } from '../../../functions/console/page/csv.js';
import { one, read, write } from '../../../functions/console/page/paste.js';
import { deliver, push, users } from '../support/api.mjs';
import { openDialog, signedIn } from '../support/console.mjs';
import { parse } from '../support/csv.mjs';
import { scenario, until } from '../support/scenario.mjs';

const NOTHING = { invisible: 0, blanks: 0, quotes: 0, separators: 0, guards: 0, twice: 0 };

test('what stands around a target in sheets, chats and code is left out, and counted', () => {
  for (const [pasted, targets, left] of [
    ['user-1\nuser-2', ['user-1', 'user-2'], {}],
    ['\n  user-1 \r\n\r\n user-2\r', ['user-1', 'user-2'], {}],
    ['\ufeffuser-1', ['user-1'], { invisible: 1 }],
    ['user-77\u200b', ['user-77'], { invisible: 1 }],
    ['\u202auser\u00ad-77\u202c\u2060', ['user-77'], { invisible: 4 }],
    ['\u00a0user\u202f77\u3000', ['user 77'], { blanks: 3 }],
    ['user-1\tuser-2\tuser-3', ['user-1', 'user-2', 'user-3'], {}],
    ['"user-1"\n\'user-2\'\n“user-3”\n„user-4“\n«user-5»\n「user-6」\n＂user-7＂', [1, 2, 3, 4, 5, 6, 7].map((n) => `user-${n}`), { quotes: 7 }],
    ['"user-1",\n"user-2",\n', ['user-1', 'user-2'], { quotes: 2 }],
    ["'user-1',\n'user-2';", ['user-1', 'user-2'], { quotes: 2, separators: 2 }],
    ['user-1,\nuser-2;\nuser-3，\nuser-4；', ['user-1', 'user-2', 'user-3', 'user-4'], { separators: 4 }],
    ['"a","b";"c"', ['a', 'b', 'c'], { quotes: 3 }],
    ['"two\nlines"', ['two', 'lines'], { quotes: 1 }],
    ['user-1\nuser-1\nuser-1', ['user-1'], { twice: 2 }],
    // A target may have these in the middle.
    ['a, b', ['a, b'], {}],
    ['O\'Brien "the" 2nd; x', ['O\'Brien "the" 2nd; x'], {}],
    ['ünïcödé 用户', ['ünïcödé 用户'], {}],
    [' \u200b "" , ', [], { invisible: 1, quotes: 1 }],
  ]) {
    assert.deepEqual(read(pasted), { targets, left: { ...NOTHING, ...left } }, JSON.stringify(pasted));
  }
  assert.equal(one('“20842863”,\n20842864'), '20842863');
});

test('a cell of the CSV is no formula, whatever separates, and no number that a spreadsheet would round', () => {
  for (const [text, written] of [
    ['user-1', 'user-1'], ['13800138000', '13800138000'], ['a, b', 'a, b'],
    ['=1+1', "'=1+1"], ['+1', "'+1"], ['-1', "'-1"], ['@SUM(A1)', "'@SUM(A1)"], ['＝1', "'＝1"],
    ["x;=cmd|' /C calc'!A0", "x;'=cmd|' /C calc'!A0"], ['x,=1', "x,'=1"], ['x\t=1', "'x\t'=1"], ['x; "=1', "x;' \"=1"],
    ['00077', "'00077"], ['12345678901234567890', "'12345678901234567890"], ['12e45', "'12e45"], ['3-4', "'3-4"], ['MAR-5', "'MAR-5"], ['true', "'true"],
    ["'=1", "'''=1"], ['"quoted"', '\'"quoted"'], ["=1'", "''=1'"],
  ]) {
    assert.equal(write(text), written);
    assert.equal(cell(text), `"${written.replaceAll('"', '""')}"`);
  }
  assert.deepEqual([cell(7), cell(undefined), cell(null)], ['7', '', '']);
});

/** The same texts at every run. */
function* oddTexts(count) {
  const signs = [...'=+-@\'"\',;|ab10.e“”‘’ 用＝；<>/:%`ש|\u0627'];
  let seed = 20842863;
  const next = (below) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
  for (let nth = 0; nth < count; nth += 1) {
    const text = Array.from({ length: 1 + next(9) }, () => signs[next(signs.length)]).join('').trim();
    if (text) yield text;
  }
}

test('every text comes back from the file, from a spreadsheet, and from a row of one', () => {
  let tried = 0;
  for (const text of oddTexts(60_000)) {
    tried += 1;
    const inFile = cell(text);
    const [[inSheet]] = parse(`\ufeff${inFile}\r\n`);
    for (const pasted of [inFile, inSheet, `\ufeff${inFile}\r\n`, `${inSheet}\r\n`]) assert.deepEqual(read(pasted).targets, [text], JSON.stringify({ text, pasted }));
    assert.deepEqual(new Set(read(`first\t${inSheet}\tlast`).targets), new Set(['first', text, 'last']));
    for (const separator of [';', ',', '\t', '|']) {
      for (const part of inFile.split(separator)) assert.doesNotMatch(part, /^[ "]*[=+\-@＝]/, JSON.stringify({ text, inFile }));
    }
  }
  assert.ok(tried > 50_000);
});

scenario('the box of targets cleans what is pasted and says what it left out', async ({ tab }) => {
  const of = await push('paste-1', 'Sale, 50% off everyting');
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 3));
  const page = await signedIn(tab, 'operator', of.view);
  const asked = await openDialog(page);
  await asked.getByRole('radio', { name: 'Some targets' }).check();
  const sent = page.waitForRequest((one) => one.method() === 'POST' && one.postDataJSON().scope?.targets !== undefined);
  await asked.getByLabel('Targets, one per line').fill('\ufeff"user-00001\u200b",\n“user-00002”\nuser-00001;');
  const said = asked.getByRole('status', { name: 'What is read' });
  await until(async () => assert.equal(await said.textContent(),
    '2 targets. 2 invisible characters removed. 2 pairs of quotes removed. 1 separator at an end removed. 1 named twice.'));
  assert.deepEqual((await sent).postDataJSON().scope.targets, ['user-00001', 'user-00002']);
  await asked.getByRole('button', { name: 'Revoke for 2 targets' }).waitFor();
  await asked.getByLabel('Targets, one per line').fill('user-00001');
  await until(async () => assert.equal(await said.textContent(), '1 target.'));
});

scenario('an id is found with what a chat put around it', async ({ tab }) => {
  const of = await push('paste-2', 'Found nevertheless');
  const page = await signedIn(tab, 'viewer');
  await page.getByRole('searchbox', { name: 'Message or task id' }).fill(`\u200b“${of.id}”`);
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: of.title }).waitFor();
}, { refused: ['404'] });
