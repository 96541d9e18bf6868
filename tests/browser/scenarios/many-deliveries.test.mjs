// More than 10,000 deliveries: the id must be typed.

import assert from 'node:assert/strict';

import { push, read, record, users } from '../support/api.mjs';
import { openDialog, signedIn } from '../support/console.mjs';
import { scenario } from '../support/scenario.mjs';

scenario('above 10,000 deliveries the id must be typed', async ({ tab }) => {
  const of = await push('many-1', 'To everybody');
  for (let nth = 0; nth < 10; nth += 1) await record(of, 'huawei', `b${nth}`, users(of, 'huawei', 1000, 1 + nth * 1000));
  const page = await signedIn(tab, 'operator', of.view);
  const field = (asked) => asked.getByLabel('Type the id to confirm');
  let asked = await openDialog(page);
  let go = asked.getByRole('button', { name: 'Revoke 10,000 deliveries' });
  await go.waitFor();
  assert.equal(await field(asked).isVisible(), false, '10,000 are not more than 10,000');
  await asked.getByRole('button', { name: 'Cancel' }).click();

  await record(of, 'apns', 'one-more', users(of, 'apns', 1));
  asked = await openDialog(page);
  go = asked.getByRole('button', { name: 'Revoke 10,001 deliveries' });
  await go.waitFor();
  await asked.getByLabel('Reason').fill('wrong price');
  assert.equal(await go.isDisabled(), true);
  for (const wrong of ['many-', 'MANY-1', 'many-10']) {
    await field(asked).fill(wrong);
    assert.equal(await go.isDisabled(), true);
  }
  await page.keyboard.press('Enter');
  await field(asked).fill('many-1');
  assert.equal(await go.isEnabled(), true);

  // Less than that, of the same push.
  await asked.getByRole('radio', { name: 'Some channels' }).check();
  await asked.getByRole('checkbox', { name: 'Apple' }).check();
  await asked.getByRole('button', { name: 'Revoke 1 delivery' }).waitFor();
  assert.equal(await field(asked).isVisible(), false);
  await asked.getByRole('button', { name: 'Cancel' }).click();
  assert.equal((await read(of.path)).state, 'open');
});
