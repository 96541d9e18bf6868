// The line is cut, and comes back.

import assert from 'node:assert/strict';

import { deliver, push, revoke, slow, users } from '../support/api.mjs';
import { connection, heading, lists, openDialog, rows, settles, signedIn, table } from '../support/console.mjs';
import { scenario, until } from '../support/scenario.mjs';

const CUT = ['net::ERR_INTERNET_DISCONNECTED', '502', '503'];

scenario('a revocation that is watched goes on when the line is back', async ({ context, tab }) => {
  const of = await push('line-1', 'Sale, 50% off everyting');
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 20));
  for (let nth = 0; nth < 3; nth += 1) await deliver(of, 'apns', `a${nth}`, users(of, 'apns', 10, 1 + nth * 10));
  await slow(of, 'apns', 1500);
  const { id } = await revoke(of);
  const page = await signedIn(tab, 'viewer', `${of.view}/revocations/${id}`);
  await heading(page, 'Revocation').waitFor();
  await context.setOffline(true);
  await connection(page).getByText(/^Connection lost\. Trying again in \d+ s\.$/).waitFor();
  await heading(page, 'Revocation').waitFor();
  await context.setOffline(false);
  await until(async () => assert.equal((await connection(page).allTextContents()).join(''), ''));
  await settles(page);
  assert.deepEqual(await rows(table(page, 'Outcomes in total')), [{ Outcome: 'Overwritten', Deliveries: '50' }]);
}, { refused: CUT });

scenario('a revoke that is asked for while the line is cut is made once, when it is back', async ({ context, tab }) => {
  const of = await push('line-2', 'Sale, 50% off everyting');
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 3));
  const page = await signedIn(tab, 'operator', of.view);
  const asked = await openDialog(page);
  await asked.getByLabel('Reason').fill('wrong price');
  await context.setOffline(true);
  await asked.getByRole('button', { name: 'Revoke 3 deliveries' }).click();
  await page.getByText(/Connection lost/).first().waitFor();
  await context.setOffline(false);
  await heading(page, 'Revocation').waitFor({ timeout: 60e3 });
  await settles(page);
}, { refused: CUT });

scenario('a list that could not be loaded comes by itself', async ({ context, tab }) => {
  await push('line-3', 'Comes back', { type: 'broadcast' });
  const page = await signedIn(tab, 'viewer');
  await heading(page, 'Pushes').waitFor();
  await context.setOffline(true);
  await page.getByRole('link', { name: 'Broadcast' }).click();
  await connection(page).getByText(/Connection lost/).waitFor();
  await context.setOffline(false);
  await lists(page, ['Comes back']);
}, { refused: CUT });
