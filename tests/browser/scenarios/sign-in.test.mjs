// Who may come in, and what happens to their key.

import assert from 'node:assert/strict';

import { push } from '../support/api.mjs';
import { alert, heading, signIn, signedIn } from '../support/console.mjs';
import { scenario } from '../support/scenario.mjs';
import { world } from '../support/world.mjs';

scenario('whoever has a key comes in, sees who they are, and leaves nothing behind', async ({ context, tab }) => {
  const page = await signedIn(tab, 'operator');
  await heading(page, 'Pushes').waitFor();
  const banner = page.getByRole('banner');
  await banner.getByText(`${world.tenant.app} / ${world.tenant.workspace}`).waitFor();
  await banner.getByText('operator', { exact: true }).waitFor();
  const secret = world.tenant.keys.operator.split('.')[1];
  assert.ok(!page.url().includes(secret), 'the key is in the address');
  assert.ok(!JSON.stringify(await context.storageState()).includes(secret), 'the key is kept where other tabs find it');

  await page.getByRole('button', { name: 'Sign out' }).click();
  await heading(page, 'Sign in').waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await page.goBack();
  await heading(page, 'Sign in').waitFor();
  const other = await tab('#/pushes');
  await heading(other, 'Sign in').waitFor();
});

scenario('a reload keeps whoever is in', async ({ tab }) => {
  const page = await signedIn(tab, 'viewer', '#/pushes?type=simple');
  await page.reload();
  await heading(page, 'Pushes').waitFor();
  assert.ok(page.url().endsWith('#/pushes?type=simple'));
});

scenario('a wrong key is told so, and the next attempt may be right', async ({ tab }) => {
  const page = await tab();
  const key = page.getByLabel('Access key');
  assert.equal(await key.getAttribute('type'), 'password');
  const wrong = [`${world.tenant.keys.viewer.slice(0, -4)}0000`, 'key-0000000000000000.00', 'no key at all', '密钥'];
  for (const given of wrong) {
    await key.fill(given);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await alert(page).waitFor();
    if (given.startsWith('key-')) await alert(page).getByText('A valid access key is needed').waitFor();
    await heading(page, 'Sign in').waitFor();
    assert.equal(await key.evaluate((field) => field === document.activeElement), true, 'the field has the focus');
  }
  await signIn(page, 'viewer');
  await heading(page, 'Pushes').waitFor();
}, { refused: ['401'] });

scenario('a key of a sender is told that it may not read', async ({ tab }) => {
  const page = await tab();
  await page.getByLabel('Access key').fill(world.tenant.keys.sender);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await alert(page).getByText(/sender/).waitFor();
  await heading(page, 'Sign in').waitFor();
}, { refused: ['403'] });

scenario('an address that was shared is where signing in leads', async ({ tab }) => {
  const of = await push('shared-1', 'Shared with a colleague');
  const page = await signedIn(tab, 'viewer', of.view);
  await heading(page, of.title).waitFor();
  assert.ok(page.url().endsWith(of.view));
});
