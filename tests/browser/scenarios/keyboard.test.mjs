// From signing in to a settled revocation without a mouse.

import assert from 'node:assert/strict';

import { deliver, push, read, revoke, slow, users } from '../support/api.mjs';
import { dialog, focused, heading, rows, settles, signedIn, table } from '../support/console.mjs';
import { scenario, until } from '../support/scenario.mjs';
import { world } from '../support/world.mjs';

/** Presses a key until the focus is where it should be. What has it can be seen. */
async function reach(page, what, key = 'Tab', most = 40) {
  for (let nth = 0; nth < most; nth += 1) {
    await page.keyboard.press(key);
    const at = await focused(page);
    if (what.test(at)) {
      const seen = await page.evaluate(() => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
        return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
      });
      assert.ok(seen, `it can not be seen that ${at} has the focus`);
      return;
    }
  }
  assert.fail(`the focus never came to ${what}, but is at ${await focused(page)}`);
}

scenario('a push is found and revoked with the keyboard only', async ({ tab }) => {
  const of = await push('keys-1', 'Sale, 50% off everyting');
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 4));
  const page = await tab();
  const { keyboard } = page;
  await heading(page, 'Sign in').waitFor();

  await reach(page, /Access key/);
  await keyboard.insertText(world.tenant.keys.operator);
  await keyboard.press('Enter');
  await heading(page, 'Pushes').waitFor();
  await until(async () => assert.match(await focused(page), /^h1 Pushes/, 'the heading is read'));

  await reach(page, /Message or task id/);
  await keyboard.insertText('keys-1');
  await keyboard.press('Enter');
  await heading(page, of.title).waitFor();
  await until(async () => assert.match(await focused(page), /^h1 Sale/));

  await reach(page, /Revoke…/);
  await keyboard.press('Enter');
  await dialog(page).waitFor();
  await until(async () => assert.match(await focused(page), /Reason/));
  await keyboard.insertText('wrong price');
  await table(dialog(page), 'What will happen').waitFor();

  // The focus does not leave the dialog for the page behind it.
  for (let nth = 0; nth < 20; nth += 1) {
    await keyboard.press('Tab');
    const inside = await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null);
    assert.ok(inside, `the focus went to ${await focused(page)}`);
  }
  await reach(page, /^input Everything/);
  await keyboard.press('ArrowDown');
  assert.match(await focused(page), /Some channels/);
  await reach(page, /^input Huawei/);
  await keyboard.press('Space');
  await dialog(page).getByRole('button', { name: 'Revoke 4 deliveries' }).waitFor();

  // Escape, and the focus is where it came from.
  await keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  assert.match(await focused(page), /Revoke…/);
  assert.equal((await read(of.path)).state, 'open');
  await keyboard.press('Enter');
  await dialog(page).waitFor();
  await keyboard.insertText('wrong price');
  await dialog(page).getByRole('button', { name: 'Revoke 4 deliveries' }).waitFor();
  await reach(page, /Revoke 4 deliveries/);
  await keyboard.press('Enter');
  await heading(page, 'Revocation').waitFor();
  await until(async () => assert.match(await focused(page), /^h1 Revocation/));
  await settles(page);

  await reach(page, /^select Outcome/);
  await keyboard.type('May still');
  await page.getByText('No delivery has ended like this.').waitFor();
  await reach(page, /Download CSV/);
  const [download] = await Promise.all([page.waitForEvent('download'), keyboard.press('Enter')]);
  await download.cancel();
}, { refused: ['404'] });

scenario('the first stop of the Tab key skips to the content', async ({ tab }) => {
  const page = await tab();
  await heading(page, 'Sign in').waitFor();
  await page.reload();
  await heading(page, 'Sign in').waitFor();
  await page.getByLabel('Access key').fill(world.tenant.keys.viewer);
  await page.keyboard.press('Enter');
  await heading(page, 'Pushes').waitFor();
  await until(async () => assert.match(await focused(page), /^h1/));
  await reach(page, /Skip to content/, 'Shift+Tab');
  const link = page.getByRole('link', { name: 'Skip to content' });
  await until(async () => {
    const box = await link.boundingBox();
    assert.ok(box.x >= 0 && box.y >= 0 && box.width > 1 && box.height > 1, `it can not be seen: ${JSON.stringify(box)}`);
  });
  await page.keyboard.press('Enter');
  assert.ok(await page.evaluate(() => document.activeElement.closest('main') !== null));
  assert.ok(page.url().includes('#/pushes'), 'the view is the same');
});

scenario('what changes while a table is read leaves the focus alone', async ({ tab }) => {
  const of = await push('keys-2', 'Focus stays');
  for (let nth = 0; nth < 3; nth += 1) await deliver(of, 'apns', `a${nth}`, users(of, 'apns', 5, 1 + nth * 5));
  await slow(of, 'apns', 800);
  const { id } = await revoke(of);
  const page = await signedIn(tab, 'viewer', `${of.view}/revocations/${id}`);
  await heading(page, 'Revocation').waitFor();
  await page.getByLabel('Channel', { exact: true }).focus();
  await settles(page);
  assert.match(await focused(page), /^select Channel/);
  assert.equal((await rows(table(page, 'Outcomes in total')))[0].Deliveries, '15');
});
