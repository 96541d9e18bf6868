// Two tabs, and two people, see the same.

import assert from 'node:assert/strict';

import { deliver, push, slow, users } from '../support/api.mjs';
import { heading, openDialog, rows, settles, signedIn, table } from '../support/console.mjs';
import { scenario, until } from '../support/scenario.mjs';

scenario('what is revoked in one tab is seen in the others, without a reload', async ({ tab, person }) => {
  const of = await push('tabs-1', 'Sale, 50% off everyting');
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 20));
  await deliver(of, 'apns', 'b2', users(of, 'apns', 10));
  await slow(of, 'apns', 1500);
  const colleague = await person();
  const first = await signedIn(tab, 'operator', of.view);
  const list = await signedIn(tab, 'viewer', '#/pushes');
  const second = await signedIn(tab, 'operator', of.view);
  const theirs = await signedIn(colleague.tab, 'viewer', of.view);
  for (const page of [first, second, theirs]) {
    await heading(page, of.title).waitFor();
    await page.getByText('Nothing of it is revoked.').waitFor();
  }
  await second.bringToFront();
  await first.bringToFront();

  const asked = await openDialog(first);
  await asked.getByLabel('Reason').fill('wrong price');
  await asked.getByRole('button', { name: 'Revoke 30 deliveries' }).click();
  await heading(first, 'Revocation').waitFor();

  // The other tab of the same browser hears of it at once, the colleague's with its next look.
  await second.getByRole('article').waitFor({ timeout: 10e3 });
  await settles(first);
  for (const page of [second, theirs]) {
    await page.bringToFront();
    const article = page.getByRole('article');
    await article.getByText('Settled', { exact: true }).waitFor({ timeout: 60e3 });
    await article.getByText('wrong price').waitFor();
    assert.match(await article.textContent(), /30 of 30 taken back/);
  }
  assert.equal(await second.getByRole('button', { name: 'Revoke…' }).isDisabled(), true);
  await list.bringToFront();
  await until(async () => assert.equal((await rows(table(list, 'Pushes')))[0].State, 'Revoked'));
});

scenario('each tab has a key of its own', async ({ tab }) => {
  const of = await push('tabs-2', 'Two roles');
  const [operator, viewer] = [await signedIn(tab, 'operator', of.view), await signedIn(tab, 'viewer', of.view)];
  await viewer.getByRole('button', { name: 'Sign out' }).click();
  await heading(viewer, 'Sign in').waitFor();
  await operator.reload();
  await heading(operator, of.title).waitFor();
  await operator.getByRole('button', { name: 'Revoke…' }).waitFor();
});
