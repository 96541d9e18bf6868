// A viewer looks and cannot touch.

import assert from 'node:assert/strict';

import { deliver, push, revoke, settled, users } from '../support/api.mjs';
import { heading, settles, signedIn, table } from '../support/console.mjs';
import { scenario } from '../support/scenario.mjs';

scenario('a viewer sees everything and has nothing to revoke with', async ({ tab }) => {
  const of = await push('viewer-1', 'Sale, 50% off everyting');
  // No device of Huawei knows these tokens: they end as failures.
  await deliver(of, 'apns', 'b1', users(of, 'apns', 3));
  const { id } = await revoke(of, { reason: 'wrong price', scope: { targets: ['user-00001'] } });
  await settled(of, id);
  const page = await signedIn(tab, 'viewer', of.view);
  await heading(page, of.title).waitFor();
  await table(page, 'Deliveries by channel').waitFor();
  await page.getByRole('article', { name: id }).getByRole('link', { name: /Details/ }).click();
  await heading(page, 'Revocation').waitFor();
  await settles(page);
  await table(page, 'Outcomes').waitFor();
  for (const at of [`${of.view}/revocations/${id}`, of.view]) {
    await page.goto(`${page.url().split('#')[0]}${at}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const name of [/revoke/i, /again/i]) assert.equal(await page.getByRole('button', { name }).count(), 0);
  }
});
