// axe finds nothing serious on any view, in either theme.

import assert from 'node:assert/strict';

import { deliver, failing, push, revoke, settled, slow, users } from '../support/api.mjs';
import { alert, heading, lists, openDialog, rows, settles, signIn, table } from '../support/console.mjs';
import { once, scenario, until } from '../support/scenario.mjs';

const prepared = once(async () => {
  const open = await push('axe-1', 'Sale, 50% off everyting', { minutesAgo: 5 });
  await deliver(open, 'huawei', 'b1', users(open, 'huawei', 12));
  await deliver(open, 'vivo', 'b2', users(open, 'vivo', 3));
  const done = await push('axe-2', 'Taken back', { minutesAgo: 15 });
  const tokens = users(done, 'huawei', 6);
  await deliver(done, 'huawei', 'b1', tokens);
  await failing('huawei', tokens.slice(0, 1), '80300007');
  const { id } = await revoke(done);
  await settled(done, id);
  const running = await push('axe-3', 'Being taken back', { minutesAgo: 25 });
  for (let nth = 0; nth < 4; nth += 1) await deliver(running, 'apns', `b${nth}`, users(running, 'apns', 3, 1 + nth * 3));
  return { open, done: { ...done, rvk: id }, running };
});

/** Every rule where it is light; where it is dark those of colours, for nothing else differs. */
const RULES = { light: undefined, dark: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };

async function clean(page, view, runOnly) {
  const found = await page.evaluate(async (only) => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'], runOnly: only });
    return violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map((one) => `${one.html.slice(0, 160)} ${one.any[0]?.message ?? ''}`).slice(0, 3) }));
  }, runOnly);
  const serious = found.filter((one) => ['serious', 'critical'].includes(one.impact));
  assert.deepEqual(serious, [], view);
  const other = found.filter((one) => !serious.includes(one));
  if (other.length) process.stderr.write(`  ${view}: ${other.map((one) => `${one.impact} ${one.id}: ${one.where[0]}`).join('; ')}\n`);
}

for (const colorScheme of ['light', 'dark']) {
  scenario(`no view has a serious violation of accessibility, ${colorScheme}`, async ({ tab }) => {
    const { open, done, running } = await prepared();
    const page = await tab();
    const isClean = (view) => clean(page, view, RULES[colorScheme]);
    const base = page.url().split('#')[0];
    await heading(page, 'Sign in').waitFor();
    await isClean('sign-in');
    await page.getByLabel('Access key').fill('key-0000000000000000.00');
    await page.keyboard.press('Enter');
    await alert(page).waitFor();
    await isClean('sign-in, refused');
    await signIn(page, 'operator');
    await lists(page, [open.title, done.title, running.title]);
    await isClean('the list');
    await page.goto(`${base}#/pushes?type=simple&state=revoked&range=custom`);
    await page.getByText('No pushes found').first().waitFor();
    await isClean('an empty list');
    await page.goto(`${base}${done.view}`);
    await page.getByRole('article').waitFor();
    await table(page, 'Deliveries by channel').waitFor();
    await isClean('a revoked push');
    await page.goto(`${base}${open.view}`);
    await heading(page, open.title).waitFor();
    await table(page, 'Deliveries by channel').waitFor();
    await isClean('a push');
    const asked = await openDialog(page);
    await asked.getByLabel('Reason').fill('wrong price');
    await asked.getByRole('radio', { name: 'Some channels' }).check();
    await asked.getByText('Choose a channel.').waitFor();
    await asked.getByRole('checkbox', { name: 'Huawei' }).check();
    await asked.getByRole('button', { name: 'Revoke 12 deliveries' }).waitFor();
    await isClean('the dialog');
    await page.keyboard.press('Escape');
    await page.goto(`${base}${done.view}/revocations/${done.rvk}?outcome=failures`);
    await settles(page);
    await until(async () => assert.equal((await rows(table(page, 'Outcomes'))).length, 1));
    await isClean('a settled revocation');
    if (colorScheme === 'light') {
      await slow(running, 'apns', 4000);
      const { id } = await revoke(running);
      await page.goto(`${base}${running.view}/revocations/${id}`);
      await page.getByRole('figure', { name: 'Outcomes over time' }).waitFor();
      await isClean('a running revocation');
    }
  }, { colorScheme, refused: ['401'], audited: true });
}
