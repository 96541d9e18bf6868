// The way through: look, ask what would happen, take it back, watch.

import assert from 'node:assert/strict';

import { control, deliver, push, read, record, revoke, settled, slow, users } from '../support/api.mjs';
import { alert, dialog, focused, heading, openDialog, rows, settles, signedIn, table } from '../support/console.mjs';
import { scenario, until } from '../support/scenario.mjs';

scenario('a push shows what it was, what was delivered, and that nothing is revoked', async ({ tab }) => {
  const of = await push('detail-1', 'Sale, 50% off everyting');
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 7));
  await deliver(of, 'apns', 'b1a', users(of, 'apns', 3));
  await record(of, 'huawei', 'b2', users(of, 'huawei', 2, 50), { held_back: true });
  const page = await signedIn(tab, 'operator', of.view);
  await heading(page, of.title).waitFor();
  const deliveries = await rows(table(page, 'Deliveries by channel'));
  assert.deepEqual(deliveries.slice(0, 2).map((row) => [row.Channel, row.Deliveries]), [['Huawei', '9'], ['Apple', '3']]);
  assert.equal(deliveries[0]['Held back'], '2');
  await page.getByText('Nothing of it is revoked.').waitFor();
  const left = page.getByRole('timer', { name: 'Window left' });
  assert.match(await left.textContent(), /^6 d 23 h 5\d min$/);
});

scenario('the dialog says what would happen, and cancelling revokes nothing', async ({ tab }) => {
  const of = await push('cancel-1', 'Sale, 50% off everyting');
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 12));
  await deliver(of, 'vivo', 'b2', users(of, 'vivo', 5));
  await record(of, 'sms', 'b3', users(of, 'sms', 4));
  const page = await signedIn(tab, 'operator', of.view);
  const asked = await openDialog(page);
  const happens = await rows(table(asked, 'What will happen'));
  assert.deepEqual(happens.map((row) => [row.Channel, row.Deliveries, row['Can be taken back']]), [
    ['Huawei', '12', '12'], ['vivo', '5', '5'], ['SMS', '4', '0'],
  ]);
  assert.match(happens[0].How, /Overwritten/);
  assert.match(happens[1].How, /Removed/);
  assert.match(happens[2].How, /Can not/);
  await asked.getByText(/6 d 23 h 5\d min/).waitFor();
  await asked.getByRole('group', { name: 'Devices will show' }).getByText('Message revoked').first().waitFor();

  const go = asked.getByRole('button', { name: /^Revoke / });
  assert.equal(await go.textContent(), 'Revoke 21 deliveries');
  assert.equal(await go.isDisabled(), true, 'a reason is needed');
  await asked.getByLabel('Reason').fill('   ');
  assert.equal(await go.isDisabled(), true, 'a real one');
  await asked.getByLabel('Reason').fill('wrong price');
  assert.equal(await go.isEnabled(), true);
  await asked.getByRole('button', { name: 'Cancel' }).click();
  await dialog(page).waitFor({ state: 'detached' });
  assert.match(await focused(page), /Revoke…/);

  await openDialog(page);
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  const now = await read(of.path);
  assert.deepEqual([now.state, now.revocations], ['open', []]);
});

scenario('a revocation is watched until it settles, without a reload', async ({ tab }) => {
  const of = await push('watch-1', 'Sale, 50% off everyting');
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 40));
  await deliver(of, 'xiaomi', 'b2', users(of, 'xiaomi', 25));
  for (const nth of [1, 2, 3, 4, 5, 6]) await deliver(of, 'apns', `a${nth}`, users(of, 'apns', 10, nth * 10));
  // Slow enough to be seen, on a busy machine too.
  await slow(of, 'xiaomi', 5000);
  await slow(of, 'apns', 2500);

  const page = await signedIn(tab, 'operator', of.view);
  await page.evaluate(() => { globalThis.notReloaded = true; });
  const asked = await openDialog(page);
  await asked.getByLabel('Reason').fill('wrong price');
  await asked.getByRole('button', { name: 'Revoke 125 deliveries' }).click();
  await heading(page, 'Revocation').waitFor();
  await until(async () => assert.match(page.url(), /#\/tasks\/watch-1\/revocations\/rvk_\w+$/));

  // What a person sees meanwhile.
  const progress = page.getByRole('progressbar', { name: 'Progress' });
  await progress.waitFor();
  const seen = new Set();
  const states = new Set();
  await until(async () => {
    const bar = await progress.getAttribute('aria-valuenow');
    if (bar !== null) seen.add(Number(bar));
    for (const state of ['Requested', 'In progress', 'Settled']) {
      if (await page.getByRole('main').getByText(state, { exact: true }).first().isVisible()) states.add(state);
    }
    assert.ok(await page.getByRole('main').getByText('Settled', { exact: true }).isVisible(), `not settled, seen ${[...seen]}`);
  }, 60e3);
  assert.ok(states.has('In progress'), `only ${[...states]} was seen`);
  assert.ok(seen.size >= 3, `the bar was only seen at ${[...seen]}`);
  assert.deepEqual([...seen], [...seen].toSorted((a, b) => a - b), 'the bar went back');
  assert.equal(await page.evaluate(() => globalThis.notReloaded), true);

  await page.getByRole('status', { name: 'Progress' }).getByText('125 of 125 taken back.').waitFor();
  const channels = await rows(table(page, 'Progress by channel'));
  const of125 = (row) => [row.Channel, row.Requested, row['Accepted by vendor'], row['Confirmed by device'], row['Neither taken back nor shown'], row['May still be shown'], row.Outstanding];
  assert.deepEqual(channels.slice(0, 3).map(of125), [
    ['Huawei', '40', '40', '0', '0', '0', '0'], ['Xiaomi', '25', '25', '0', '0', '0', '0'], ['Apple', '60', '60', '0', '0', '0', '0'],
  ]);
  assert.deepEqual(await rows(table(page, 'Outcomes in total')), [{ Outcome: 'Overwritten', Deliveries: '125' }]);
  const picture = page.getByRole('figure', { name: 'Outcomes over time' }).getByRole('img');
  assert.match(await picture.getAttribute('aria-label'), /125/);
  const term = (name) => page.getByRole('term').filter({ hasText: new RegExp(`^${name}$`) }).locator('xpath=following-sibling::dd[1]').textContent();
  assert.equal(await term('Reason'), 'wrong price');
  assert.equal(await term('Scope'), 'Everything');
  assert.match(await term('Time to settle'), /\d/);
  assert.match(await term('Time to gate'), /\d/);

  // And it is so: on every phone, and for the sender.
  const bars = await control('/bars', { vendor: 'huawei', tokens: users(of, 'huawei', 40).map((one) => one.token) });
  for (const bar of Object.values(bars)) assert.deepEqual(bar.notifications.map((one) => one.title), ['Message revoked']);

  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: of.title }).click();
  await heading(page, of.title).waitFor();
  const article = page.getByRole('article');
  await article.getByText('Settled', { exact: true }).waitFor();
  await article.getByText('wrong price').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Revoke…' }).isDisabled(), true);
});

scenario('a part is revoked: some channels, then some targets', async ({ tab }) => {
  const of = await push('part-1', 'Sale, 50% off everyting');
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 12));
  await deliver(of, 'apns', 'b2', users(of, 'apns', 8));
  const page = await signedIn(tab, 'operator', of.view);
  let asked = await openDialog(page);
  await asked.getByRole('radio', { name: 'Some channels' }).check();
  const go = asked.getByRole('button', { name: /^Revoke/ });
  assert.equal(await go.isDisabled(), true);
  await asked.getByLabel('Reason').fill('only Apple shows it wrongly');
  await asked.getByRole('checkbox', { name: 'Apple' }).check();
  await asked.getByRole('button', { name: 'Revoke 8 deliveries' }).click();
  await heading(page, 'Revocation').waitFor();
  await settles(page);
  assert.deepEqual((await rows(table(page, 'Outcomes in total'))), [{ Outcome: 'Overwritten', Deliveries: '8' }]);

  await page.goto(`${page.url().split('#')[0]}${of.view}`);
  await heading(page, of.title).waitFor();
  asked = await openDialog(page);
  await asked.getByRole('radio', { name: 'Some targets' }).check();
  await asked.getByLabel('Targets, one per line').fill('user-00003\n\n user-00004 \r\nuser-00004\n');
  await asked.getByLabel('Reason').fill('two complaints');
  await asked.getByRole('group', { name: 'Another notice (optional)' }).getByText('Another notice (optional)').click();
  await asked.getByLabel('Notice title').fill('Sorry');
  await asked.getByLabel('Notice text').fill('This was a mistake.');
  await asked.getByRole('group', { name: 'Devices will show' }).getByText('This was a mistake.').waitFor();
  await asked.getByRole('button', { name: /^Revoke .*2/ }).click();
  await heading(page, 'Revocation').waitFor();
  await settles(page);
  const taken = users(of, 'huawei', 4).slice(2).map((one) => one.token);
  const bars = await control('/bars', { vendor: 'huawei', tokens: users(of, 'huawei', 12).map((one) => one.token) });
  for (const [token, bar] of Object.entries(bars)) {
    assert.deepEqual(bar.notifications.map((one) => one.title), [taken.includes(token) ? 'Sorry' : of.title]);
  }
  const now = await read(of.path);
  assert.equal(now.state, 'partly_revoked');
  assert.equal(now.revocations.length, 2);
});

scenario('what somebody else has revoked meanwhile is told, and not revoked twice', async ({ tab }) => {
  const of = await push('twice-2', 'Sale, 50% off everyting');
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 3));
  const page = await signedIn(tab, 'operator', of.view);
  const asked = await openDialog(page);
  await asked.getByLabel('Reason').fill('wrong price');
  const theirs = await revoke(of, { reason: 'the other one was quicker' });
  await asked.getByRole('button', { name: 'Revoke 3 deliveries' }).click();
  await heading(page, 'Revocation').waitFor();
  await page.getByText('the other one was quicker').waitFor();
  await settled(of, theirs.id);
  assert.equal((await read(of.path)).revocations.length, 1);
});

scenario('when the window is closed nothing can be revoked, and it says why', async ({ tab }) => {
  // Seconds before the window closes.
  const of = await push('late-1', 'A week ago', { minutesAgo: 7 * 24 * 60 - 0.1 });
  const page = await signedIn(tab, 'operator', of.view);
  await heading(page, of.title).waitFor();
  const left = page.getByRole('timer', { name: 'Window left' });
  await left.getByText('Closed').waitFor({ timeout: 20e3 });
  const button = page.getByRole('button', { name: 'Revoke…' });
  await until(async () => assert.equal(await button.isDisabled(), true));
  await page.getByText(/window is closed/i).waitFor();
  assert.equal(await alert(page).count(), 0);
});
