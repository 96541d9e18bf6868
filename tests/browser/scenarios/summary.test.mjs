// What a revocation came to is the first thing that is read: how many were taken back, how many may still show the
// message and why, and what can be done.

import assert from 'node:assert/strict';

import { altered } from '../support/answers.mjs';
import { deliver, failing, push, read, record, revoke, settled, slow, users } from '../support/api.mjs';
import { heading, openDialog, rows, settles, signIn, signedIn, table } from '../support/console.mjs';
import { scenario, until } from '../support/scenario.mjs';

/** Every device of a push is gone. */
async function gone(id) {
  const of = await push(id, 'Sale, 50% off everyting');
  const devices = users(of, 'apns', 60);
  await deliver(of, 'apns', 'b1', devices);
  await failing('apns', devices, 'Unregistered');
  const { id: rvk } = await revoke(of);
  await settled(of, rvk);
  return { of, rvk, view: `${of.view}/revocations/${rvk}` };
}

/** The bar, part by part: its name, its share in percent, and whether it has a pattern or is plain. */
const barParts = (bar) => bar.evaluate((element) => {
  const whole = element.getBoundingClientRect().width;
  return [...element.children].map((part) => ({
    name: part.className.replace('part ', ''),
    share: Math.round((100 * part.getBoundingClientRect().width) / whole),
    pattern: getComputedStyle(part).backgroundImage,
  }));
});

scenario('a revocation that reached nobody says so first, and no bar looks like a success', async ({ tab }) => {
  const { of, view } = await gone('gone-1');
  const page = await signedIn(tab, 'operator', view);
  await settles(page);
  const said = await page.getByRole('main').innerText();
  const order = ['0 of 60 taken back.', '60 may still be shown.', 'Device gone', 'Nothing can be done', 'Progress by channel'].map((words) => said.indexOf(words));
  assert.ok(order.every((at) => at >= 0), `${order}: ${said.slice(0, 600)}`);
  assert.deepEqual(order, order.toSorted((a, b) => a - b));
  const bar = page.getByRole('progressbar', { name: 'Progress' });
  assert.equal(await bar.getAttribute('aria-valuetext'), '0 of 60 taken back. 60 may still be shown.');
  const parts = await barParts(bar);
  assert.deepEqual(parts.map(({ name }) => name), ['may_be_shown']);
  assert.ok(parts[0].share >= 98 && parts[0].pattern.includes('gradient'), JSON.stringify(parts));
  await page.getByRole('listitem').filter({ hasText: 'May still be shown: 60' }).first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Try failed again' }).count(), 0, 'what is gone cannot be tried again');
  const channels = await rows(table(page, 'Progress by channel'));
  assert.deepEqual([channels[0]['Accepted by vendor'], channels[0]['May still be shown']], ['0', '60']);

  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link').click();
  await heading(page, of.title).waitFor();
  const article = page.getByRole('article');
  await article.getByText('0 of 60 taken back. 60 may still be shown.').waitFor();
  // The list does not call it a success either.
  await page.goto(`${page.url().split('#')[0]}#/pushes`);
  await page.getByText('How much was taken back stands on its page.').waitFor();
  const { summary } = (await read(of.path)).revocations[0];
  assert.deepEqual(summary, {
    deliveries: 60, taken_back: 0, not_shown: 0, may_be_shown: 60, outstanding: 0,
    groups: [{ why: 'device_gone', standing: 'may_be_shown', deliveries: 60, remedy: 'nothing' }],
  });
});

scenario('the bar is made of what became of the deliveries, each part with a pattern and a number', async ({ tab }) => {
  const of = await push('parts-1', 'Sale, 50% off everyting');
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 30));
  await record(of, 'huawei', 'b2', users(of, 'huawei', 10, 50), { held_back: true });
  await record(of, 'sms', 'b3', users(of, 'sms', 20));
  await deliver(of, 'oppo', 'quota', users(of, 'oppo', 9));
  await failing('oppo', users(of, 'oppo', 9), '33');
  const { id } = await revoke(of);
  await settled(of, id);
  const page = await signedIn(tab, 'operator', `${of.view}/revocations/${id}`);
  await settles(page);
  await page.getByText('30 of 69 taken back.').first().waitFor();
  const bar = page.getByRole('progressbar', { name: 'Progress' });
  assert.equal(await bar.getAttribute('aria-valuetext'), '30 of 69 taken back. 29 may still be shown. 10 neither taken back nor shown.');
  const parts = await barParts(bar);
  assert.deepEqual(parts.map(({ name }) => name), ['accepted', 'not_shown', 'may_be_shown']);
  for (const [nth, share] of [43, 14, 42].entries()) assert.ok(Math.abs(parts[nth].share - share) < 3, JSON.stringify(parts));
  assert.equal(new Set(parts.map(({ pattern }) => pattern)).size, 3, 'they differ without their colours');
  const why = page.getByRole('region', { name: 'Why not, and what can be done' });
  assert.deepEqual((await why.getByRole('listitem').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').split('.')[0]), [
    '9 Failed after every attempt', '20 The channel cannot take anything back', '10 Never sent',
  ]);
  await why.getByText('Can be tried again.').waitFor();
  await page.getByText('9 deliveries can be tried again.').waitFor();
  await page.getByRole('button', { name: 'Try failed again' }).waitFor();
});

scenario('a setting that may be wrong is said, with what to do', async ({ tab }) => {
  const of = await push('suspected-1', 'Sale, 50% off everyting');
  await deliver(of, 'oppo', 'b1', users(of, 'oppo', 9));
  await failing('oppo', users(of, 'oppo', 9), '33');
  const { id } = await revoke(of);
  await settled(of, id);
  const page = await tab();
  // As the service says it of an account whose every device is unknown.
  await altered(page, new RegExp(`/revocations/${id}$`), (said) => {
    for (const one of [said.progress.total, said.progress.channels.oppo]) one.suspected = 9;
    Object.assign(said.summary.groups[0], { why: 'suspected_setting', remedy: 'check_setting' });
    said.requested_by_label = 'Anna, night shift';
    return said;
  });
  await page.goto(`${page.url().split('#')[0]}${of.view}/revocations/${id}`);
  await signIn(page, 'operator');
  const warning = page.getByRole('group', { name: 'A setting of ours may be wrong' });
  await warning.getByText('OPPO: 9').waitFor();
  await warning.getByText(/Check the environment, topic, app and package/).waitFor();
  await page.getByRole('button', { name: 'Try failed again' }).waitFor();
  const asked = page.getByRole('term').filter({ hasText: /^Requested by$/ }).locator('xpath=following-sibling::dd[1]');
  assert.match(await asked.textContent(), /^Anna, night shift \(key-[\w-]+\)$/);
});

scenario('targets without a delivery are named, before and after', async ({ tab }) => {
  const of = await push('unmatched-1', 'Sale, 50% off everyting');
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 3));
  const page = await tab();
  const names = ['user-77', 'user-78'];
  await altered(page, /\/revocations(\/rvk_\w+)?$/, (said) => {
    if (said.scope?.targets === 3 || said.deliveries !== undefined) said.unmatched_targets = { count: 2, names };
    if (said.exact === false) said.unexamined_deliveries = 1;
    return said;
  });
  await page.goto(`${page.url().split('#')[0]}${of.view}`);
  await signIn(page, 'operator');
  const asked = await openDialog(page);
  await asked.getByRole('radio', { name: 'Some targets' }).check();
  await asked.getByLabel('Targets, one per line').fill(['user-00001', ...names].join('\n'));
  await asked.getByLabel('Reason').fill('two complaints');
  const before = asked.getByRole('group', { name: 'Targets without a delivery' });
  await before.getByText('2 of 3 targets have no delivery of this push.').waitFor();
  for (const name of names) await before.getByText(name, { exact: true }).waitFor();
  await asked.getByRole('button', { name: 'Revoke for 3 targets' }).click();
  await heading(page, 'Revocation').waitFor();
  await settles(page);
  const after = page.getByRole('group', { name: 'Targets without a delivery' });
  await after.getByText('2 of 3 targets have no delivery of this push.').waitFor();
  for (const name of names) await after.getByText(name, { exact: true }).waitFor();
});

scenario('while it runs, the first line, the bar and the chart are seen without scrolling', async ({ tab }) => {
  const of = await push('fold-1', 'Sale, 50% off everyting');
  for (let nth = 0; nth < 6; nth += 1) await deliver(of, 'apns', `a${nth}`, users(of, 'apns', 20, 1 + nth * 20));
  await record(of, 'sms', 'b3', users(of, 'sms', 20));
  await deliver(of, 'huawei', 'h1', users(of, 'huawei', 20));
  await slow(of, 'apns', 6000);
  const { id } = await revoke(of);
  const page = await signedIn(tab, 'viewer', `${of.view}/revocations/${id}`);
  const main = page.getByRole('main');
  const chart = page.getByRole('figure', { name: 'Outcomes over time' });
  await until(async () => {
    assert.ok(await main.getByText('In progress', { exact: true }).isVisible(), 'it has settled already');
    const why = await page.getByRole('region', { name: 'Why not, and what can be done' }).boundingBox();
    const { y, height } = await chart.boundingBox();
    assert.ok(why !== null && y + height <= 800, `the chart ends at ${y + height} px`);
  });
  assert.equal(await page.evaluate(() => scrollY), 0);
  assert.match(await main.locator('p').first().innerText(), /^\d+ of \d+ taken back so far\.$/);
});
