// The pictures of the documentation, taken into docs/images when BROWSER_SCREENSHOTS is set.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';

import { deliver, failing, push, record, revoke, settled, slow, users } from '../support/api.mjs';
import { heading, openDialog, rows, settles, signedIn, table } from '../support/console.mjs';
import { scenario, until } from '../support/scenario.mjs';
import { world } from '../support/world.mjs';

async function picture(page, name) {
  mkdirSync(world.images, { recursive: true });
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${world.images}/${name}.png`, animations: 'disabled' });
}

const HOUR = 60;
const DAY = 24 * HOUR;
const EARLIER = [
  ['20842859', 'Free delivery this weekend', 21 * HOUR],
  ['20842847', 'Your wish list: 3 articles are cheaper', 27 * HOUR],
  ['20842831', 'Last call: summer shoes', 2 * DAY],
  ['20842817', 'New in: coats and boots', 2 * DAY + 5 * HOUR],
  ['20842802', 'Your points expire on Sunday', 3 * DAY],
  ['20842790', 'We are closed on Monday', 4 * DAY + 3 * HOUR],
  ['20842776', 'Winter tyres: book your slot', 5 * DAY],
  ['20842761', 'Thank you for your order', 5 * DAY + 7 * HOUR],
];
const SENT = { huawei: 420, xiaomi: 310, oppo: 180, vivo: 150, apns: 190 };

/** The wrong push, and some that were right. One of them was partly taken back. */
async function shop() {
  await Promise.all(EARLIER.map(([id, title, minutesAgo]) => push(id, title, { minutesAgo })));
  const partly = await push('20842854', 'App update: restart to see your basket', { minutesAgo: 24 * HOUR + 12 });
  await record(partly, 'huawei', '1', users(partly, 'huawei', 5));
  await settled(partly, (await revoke(partly, { reason: 'wrong for tablets', scope: { targets: ['user-00003'] } })).id);
  const whole = await push('20842839', 'Test, please ignore', { minutesAgo: 30 * HOUR });
  await record(whole, 'huawei', '1', users(whole, 'huawei', 5));
  await settled(whole, (await revoke(whole, { reason: 'sent to everybody by mistake' })).id);
  const of = await push('20842863', 'Autumn sale: 50% off everyting', { minutesAgo: 9 });
  await Promise.all(Object.entries(SENT).map(async ([channel, count]) => {
    for (let from = 1; from <= count; from += 90) {
      await deliver(of, channel, `${channel}-${1 + (from - 1) / 90}`, users(of, channel, Math.min(90, count - from + 1), from));
    }
  }));
  return of;
}

scenario('the four main views, for the documentation', async ({ tab }) => {
  const of = await shop();
  const page = await signedIn(tab, 'operator');
  await until(async () => assert.equal((await rows(table(page, 'Pushes'))).length, EARLIER.length + 3));
  await picture(page, 'console-pushes');

  await page.getByRole('link', { name: of.title }).click();
  await heading(page, of.title).waitFor();
  await table(page, 'Deliveries by channel').waitFor();
  await picture(page, 'console-push');

  const asked = await openDialog(page);
  await asked.getByLabel('Reason').fill('Misspelt, and the price is wrong');
  await asked.getByRole('button', { name: 'Revoke 1,250 deliveries' }).waitFor();
  await picture(page, 'console-dialog');

  await failing('huawei', users(of, 'huawei', 12), '80300007');
  await slow(of, 'huawei', 300);
  await slow(of, 'xiaomi', 1500);
  await slow(of, 'vivo', 1200);
  await failing('oppo', users(of, 'oppo', 90), '33');
  await slow(of, 'oppo', 1200);
  await slow(of, 'apns', 2500);
  await asked.getByRole('button', { name: 'Revoke 1,250 deliveries' }).click();
  await heading(page, 'Revocation').waitFor();
  await until(async () => {
    const value = Number(await page.getByRole('progressbar', { name: 'Progress' }).getAttribute('aria-valuenow'));
    assert.ok(value > 700, `only ${value}`);
  }, 60e3);
  await picture(page, 'console-running');
  await settles(page, 60e3);
  await picture(page, 'console-revocation');
  await page.getByLabel('Language').selectOption('中文');
  await heading(page, '撤回').waitFor();
  await page.getByRole('progressbar').waitFor();
  await picture(page, 'console-revocation-zh');
}, { colorScheme: 'light', timezoneId: 'UTC', skip: process.env.BROWSER_SCREENSHOTS === undefined && 'BROWSER_SCREENSHOTS is not set' });
