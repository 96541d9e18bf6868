// A phone, 360 px wide: everything is there, and nothing must be scrolled sideways.

import assert from 'node:assert/strict';

import { deliver, failing, push, revoke, settled, users } from '../support/api.mjs';
import { dialog, heading, lists, openDialog, settles, signIn, table } from '../support/console.mjs';
import { scenario } from '../support/scenario.mjs';

const LONG = 'Ein-sehr-langes-Wort-ohne-Leerzeichen-das-nirgends-umbrochen-werden-kann-und-noch-viel-weiter-geht '.repeat(2).trim();

async function fits(page, view) {
  const { wide, widest } = await page.evaluate(() => {
    const wide = document.documentElement.scrollWidth;
    const beyond = [...document.body.querySelectorAll('*')].find((one) => one.getBoundingClientRect().right > innerWidth + 1);
    return { wide, widest: beyond?.outerHTML.slice(0, 200) };
  });
  assert.ok(wide <= 360, `${view} is ${wide} px wide: ${widest}`);
}

scenario('no view needs to be scrolled sideways at 360 px', async ({ tab }) => {
  const id = `${'x'.repeat(100)}`;
  const of = await push(id, LONG);
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 5));
  await deliver(of, 'apns', 'b2', [{ token: 'ab'.repeat(32), target: 'user-with-a-very-long-name-'.repeat(8) }]);
  const done = await push('done-1', LONG.slice(0, 150), { minutesAgo: 10 });
  const tokens = users(done, 'huawei', 5);
  await deliver(done, 'huawei', 'b1', tokens);
  await failing('huawei', tokens.slice(1, 2), '80300007');
  const { id: rvk } = await revoke(done, { reason: 'a-long-reason-without-spaces-'.repeat(10) });
  await settled(done, rvk);

  const page = await tab();
  await heading(page, 'Sign in').waitFor();
  await fits(page, 'sign-in');
  await signIn(page, 'operator');
  await lists(page, [LONG, done.title]);
  await fits(page, 'the list');
  await page.getByRole('link', { name: LONG }).click();
  await heading(page, LONG).waitFor();
  await table(page, 'Deliveries by channel').waitFor();
  await fits(page, 'the push');
  await openDialog(page);
  await fits(page, 'the dialog');
  const inner = await dialog(page).evaluate((element) => element.scrollWidth - element.clientWidth);
  assert.ok(inner <= 0, `the dialog is ${inner} px too wide`);
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  await page.goto(`${page.url().split('#')[0]}${done.view}`);
  await page.getByRole('article').waitFor();
  await fits(page, 'the revoked push');
  await page.getByRole('article').getByRole('link', { name: /Details/ }).click();
  await settles(page);
  await table(page, 'Outcomes').waitFor();
  await fits(page, 'the revocation');
}, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

scenario('it is revoked with a thumb', async ({ tab }) => {
  const of = await push('thumb-1', 'Sale, 50% off everyting', { minutesAgo: 1 });
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 3));
  const page = await tab(of.view);
  await signIn(page, 'operator');
  await page.getByRole('button', { name: 'Revoke…' }).tap();
  await dialog(page).getByLabel('Reason').fill('wrong price');
  await dialog(page).getByRole('button', { name: 'Revoke 3 deliveries' }).tap();
  await heading(page, 'Revocation').waitFor();
  await settles(page);
}, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
