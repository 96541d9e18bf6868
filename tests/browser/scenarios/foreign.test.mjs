// Text that is not ours turns nothing around, and what cannot be seen of it is written out.

import assert from 'node:assert/strict';

import { altered } from '../support/answers.mjs';
import { deliver, failing, outcomes, push, revoke, settled } from '../support/api.mjs';
import { dialog, heading, openDialog, settles, signedIn, table } from '../support/console.mjs';
import { scenario, until } from '../support/scenario.mjs';
import { world } from '../support/world.mjs';

/** Right to left by force; the end of an isolation that is not its own, and again. */
const TURNED = '\u202eAutumn sale';
const ESCAPED = '\u2069\u2069\u202eAutumn sale';
const UNCLOSED = '\u2067\u2067Autumn sale';
const HEBREW = 'שלום';

/** Plants such texts into every answer, wherever a sender, an operator or a vendor may have written something. */
async function plant(page, planted) {
  const FOREIGN = new Set(['title', 'text', 'reason', 'target', 'batch_id', 'detail', 'app', 'workspace', 'label', 'requested_by_label']);
  const turn = (value, key) => {
    if (Array.isArray(value)) return value.map((one) => turn(one, key === 'names' ? 'target' : key));
    if (value === null || typeof value !== 'object') return typeof value === 'string' && FOREIGN.has(key) ? `${planted}${value}` : value;
    const made = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, turn(one, name)]));
    if (value.requested_by) Object.assign(made, { requested_by_label: `${planted}Anna`, unmatched_targets: { count: 1, names: [`${planted}user-9`] } });
    return made;
  };
  await altered(page, /\/v1\//, (answered) => {
    const said = turn(answered);
    if (said.verdict === 'accept') said.unmatched_targets = { count: 1, names: [`${planted}user-9`] };
    return said;
  });
}

/** What reads wrongly: our own texts, ids and numbers that do not run from left to right, and attributes that are open. */
const wrong = (page) => page.evaluate(() => {
  const found = [];
  const foreign = /[\u0590-\u06ff\u202a-\u202e\u2066-\u2069]/;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (foreign.test(node.data)) {
      seen += 1;
      const around = parent.closest('bdi, option, textarea');
      // A sentence of ours with a foreign word in it has closed it in.
      const closed = /^[^\u2066-\u2069\u202a-\u202e]*(\u2068[^\u2068\u2069]*\u2069[^\u2066-\u2069\u202a-\u202e]*)+$/.test(node.data);
      if (!closed && (!around || !getComputedStyle(around).unicodeBidi.startsWith('isolate'))) found.push(`not isolated: ${node.data} in <${parent.tagName}>`);
      continue;
    }
    const range = document.createRange();
    let last = null;
    for (let at = 0; at < node.length; at += 1) {
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      if (last && Math.abs(last.top - box.top) < 3 && box.left < last.left) {
        found.push(`turned around: ${node.data} in <${parent.tagName}>`);
        break;
      }
      last = box;
    }
  }
  for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      if (['href', 'value'].includes(name) || !/[\u202a-\u202e\u2066-\u2069]/.test(value)) continue;
      if (!/\u2068/.test(value)) found.push(`${name}: ${value}`);
    }
  }
  const { title } = document;
  if (foreign.test(title) && !/^\u2068.*\u2069 · /.test(title)) found.push(`the tab: ${title}`);
  return { found: [...new Set(found)], seen };
});

async function reads(page, view, least = 1) {
  const { found, seen } = await wrong(page);
  assert.deepEqual(found, [], view);
  assert.ok(seen >= least, `${view}: only ${seen} foreign texts were there to be looked at`);
}

for (const [name, planted] of [['turned', TURNED], ['escaped', ESCAPED], ['unclosed', UNCLOSED], ['hebrew', HEBREW]]) {
  scenario(`foreign text turns nothing around, on any view: ${name}`, async ({ tab }) => {
    const id = `${name}-20842863`;
    const of = await push(id, `${planted} 50% off`);
    await deliver(of, 'huawei', 'b1', [1, 2, 3].map((nth) => ({ token: `${name}-${nth}`, target: `${HEBREW}-${nth}` })));
    const done = await push(`${name}-20842864`, `${planted} again`, { minutesAgo: 9 });
    await deliver(done, 'huawei', 'b1', [1, 2].map((nth) => ({ token: `${name}-done-${nth}`, target: `${HEBREW}-${nth}` })));
    await failing('huawei', [{ token: `${name}-done-1` }], '80300007');
    const { id: rvk } = await revoke(done, { reason: `${planted} the price`, notice: { title: `${HEBREW} 1`, text: `${HEBREW} 2` } });
    await settled(done, rvk);
    assert.equal((await outcomes(done, rvk)).length, 2);

    const page = await tab();
    const base = page.url().split('#')[0];
    await plant(page, planted);
    await page.getByLabel('Access key').fill(world.tenant.keys.operator);
    await page.keyboard.press('Enter');
    await page.getByRole('table').locator('code', { hasText: id }).waitFor();
    await reads(page, 'the list', 2);

    await page.goto(`${base}${of.view}`);
    await page.getByRole('button', { name: 'Revoke…' }).waitFor();
    await table(page, 'Deliveries by channel').waitFor();
    await reads(page, 'the push');
    const asked = await openDialog(page);
    await asked.getByRole('group', { name: 'Targets without a delivery' }).waitFor();
    await reads(page, 'the dialog', 4);
    await asked.getByRole('radio', { name: 'Some targets' }).check();
    await asked.getByLabel('Targets, one per line').fill(`${HEBREW}-1`);
    await asked.getByLabel('Reason').fill(`${planted} price`);
    await asked.getByRole('button', { name: 'Revoke for 1 target' }).waitFor();
    await reads(page, 'the dialog with a target', 4);
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });

    await page.goto(`${base}${done.view}`);
    await page.getByRole('article').waitFor();
    await reads(page, 'the revoked push', 3);
    await page.goto(`${base}${done.view}/revocations/${rvk}`);
    await settles(page);
    await until(async () => assert.equal(await page.getByRole('navigation', { name: 'Breadcrumb' }).getByText('20842864').count(), 0, 'the title is not there yet'));
    await table(page, 'Outcomes').waitFor();
    await reads(page, 'the revocation', 7);

    await page.goto(`${base}#/tasks/${name}-nothing`);
    await page.getByRole('alert').waitFor();
    await reads(page, 'a problem');
  }, { refused: ['404'] });
}

scenario('the id in the dialog reads as it is, beside a title that turns around', async ({ tab }) => {
  const of = await push('20842863', '\u202eAutumn sale: 50% off');
  await deliver(of, 'huawei', 'b1', [{ token: 'dialog-1', target: 'user-1' }]);
  const page = await signedIn(tab, 'operator', of.view);
  const asked = await openDialog(page);
  const shown = await asked.locator('code', { hasText: '20842863' }).first().evaluate((element) => {
    const node = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
    const range = document.createRange();
    const places = [...node.data].map((sign, at) => {
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      return [range.getBoundingClientRect().left, sign];
    });
    return places.toSorted(([a], [b]) => a - b).map(([, sign]) => sign).join('');
  });
  assert.equal(shown, '20842863');
  await heading(page, of.title).waitFor();
});

scenario('what cannot be seen of a target is written out', async ({ tab }) => {
  const of = await push('unseen-1', 'Sale');
  await deliver(of, 'huawei', 'b1', [{ token: 'unseen-1', target: 'user-77' }]);
  const { id } = await revoke(of);
  await settled(of, id);
  const page = await tab();
  await altered(page, /\/outcomes(\?|$)/, (said) => {
    // A page may be empty, with more to come, when the machine is slow.
    for (const outcome of said.outcomes) outcome.target = 'user-77\u200b\u202e';
    return said;
  });
  await page.goto(`${page.url().split('#')[0]}${of.view}/revocations/${id}`);
  await page.getByLabel('Access key').fill(world.tenant.keys.viewer);
  await page.keyboard.press('Enter');
  await table(page, 'Outcomes').getByText('U+200B').waitFor();
  await table(page, 'Outcomes').getByText('U+202E').waitFor();
});
