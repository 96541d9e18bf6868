// Finding one push among many.

import assert from 'node:assert/strict';

import { deliver, push, revoke, users } from '../support/api.mjs';
import { alert, heading, lists, rows, signedIn, table } from '../support/console.mjs';
import { once, scenario } from '../support/scenario.mjs';

const SALE = 'Autumn sale, 50% off everyting';
const RAIN = 'Autumn rain: your order is late';
const NEWS = 'News of the week';

/** Registered once for all scenarios of this file. */
const known = once(async () => {
  const sale = await push('sale-1', SALE, { minutesAgo: 3 });
  const rain = await push('rain-1', RAIN, { minutesAgo: 20 });
  const news = await push('news-1', NEWS, { minutesAgo: 3 * 24 * 60 });
  const code = await push('code-1', 'Your code', { type: 'simple' });
  const order = await push('order-1', 'Your order is on its way', { type: 'template' });
  const all = await push('all-1', 'We are closed on Monday', { type: 'broadcast' });
  await deliver(code, 'huawei', 'b1', [{ token: 'find-code-1', target: 'user-77' }]);
  await deliver(rain, 'huawei', 'b1', users(rain, 'huawei', 2));
  await deliver(news, 'huawei', 'b1', users(news, 'huawei', 2));
  await revoke(rain);
  await revoke(news, { reason: 'only these', scope: { channels: ['huawei'] } });
  return { sale, rain, news, code, order, all };
});

scenario('each type of push has a list, newest first', async ({ tab }) => {
  await known();
  const page = await signedIn(tab, 'viewer');
  await lists(page, [SALE, RAIN, NEWS]);
  for (const [type, title] of [['Simple', 'Your code'], ['Template', 'Your order is on its way'], ['Broadcast', 'We are closed on Monday']]) {
    const link = page.getByRole('navigation', { name: 'Push type' }).getByRole('link', { name: type });
    await link.click();
    await lists(page, [title]);
    assert.equal(await link.getAttribute('aria-current'), 'page');
  }
  const [row] = await rows(table(page, 'Pushes'));
  assert.equal(row.Id, 'all-1');
  assert.equal(row.State, 'Open');
  assert.match(row['Window left'], /^(6 d 23 h|7 d)/);
  const time = page.getByRole('table').locator('time').first();
  assert.match(await time.getAttribute('title'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  const [inUtc, shown] = [new Date(await time.getAttribute('datetime')), await time.textContent()];
  const hour = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Madrid', minute: '2-digit' }).format(inUtc);
  assert.ok(shown.includes(`:${hour.padStart(2, '0')}`), `${shown} is not ${inUtc.toISOString()}`);
});

scenario('a state, a name and a time range narrow the list, and the address says how', async ({ tab }) => {
  await known();
  const page = await signedIn(tab, 'viewer');
  await lists(page, [SALE, RAIN, NEWS]);
  const filters = page.getByRole('form', { name: 'Filters' });
  const apply = () => filters.getByRole('button', { name: 'Apply' }).click();

  await filters.getByLabel('State').selectOption('Partly revoked');
  await apply();
  await lists(page, [NEWS]);
  await filters.getByLabel('State').selectOption('Revoked');
  await apply();
  await lists(page, [RAIN]);
  const shared = new URL(page.url()).hash;

  await filters.getByLabel('State').selectOption('Any');
  await filters.getByLabel('Title begins with').fill('Autumn');
  await apply();
  await lists(page, [SALE, RAIN]);
  await filters.getByLabel('Title begins with').fill('50%');
  await apply();
  await page.getByRole('status').getByText('No pushes found').waitFor();

  await filters.getByRole('button', { name: 'Clear' }).click();
  await lists(page, [SALE, RAIN, NEWS]);
  await filters.getByLabel('Time range').selectOption('Last 24 hours');
  await apply();
  await lists(page, [SALE, RAIN]);

  await page.goBack();
  await lists(page, [SALE, RAIN, NEWS]);
  assert.equal(await filters.getByLabel('Time range').evaluate((field) => field.selectedOptions[0].text), 'Last 7 days');

  const other = await signedIn(tab, 'viewer', shared);
  await lists(other, [RAIN]);
  assert.equal(await other.getByLabel('State').evaluate((field) => field.selectedOptions[0].text), 'Revoked');
});

scenario('a custom range is in the zone of whoever looks', async ({ tab }) => {
  await known();
  const page = await signedIn(tab, 'viewer');
  await lists(page, [SALE, RAIN, NEWS]);
  const filters = page.getByRole('form', { name: 'Filters' });
  await filters.getByLabel('Time range').selectOption('Custom');
  const inMadrid = (minutesAgo) => new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Madrid', dateStyle: 'short', timeStyle: 'short' })
    .format(Date.now() - minutesAgo * 60e3).replace(' ', 'T');
  await filters.getByLabel('From', { exact: true }).fill(inMadrid(40));
  await filters.getByLabel('To', { exact: true }).fill(inMadrid(10));
  await filters.getByRole('button', { name: 'Apply' }).click();
  await lists(page, [RAIN]);
});

scenario('a target leads to what was sent to it', async ({ tab }) => {
  await known();
  const page = await signedIn(tab, 'viewer', '#/pushes?type=simple');
  await lists(page, ['Your code']);
  const filters = page.getByRole('form', { name: 'Filters' });
  await filters.getByLabel('Target').fill('user-78');
  await filters.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('status').getByText('No pushes found').waitFor();
  await filters.getByLabel('Target').fill('user-77');
  await filters.getByRole('button', { name: 'Apply' }).click();
  await lists(page, ['Your code']);
  await page.getByRole('link', { name: 'Batch', exact: true }).click();
  await lists(page, [SALE, RAIN, NEWS]);
  assert.equal(await filters.getByLabel('Target').isVisible(), false, 'a batch has too many targets to look through');
});

scenario('an exact id leads straight to its push', async ({ tab }) => {
  const { code, rain } = await known();
  const page = await signedIn(tab, 'viewer');
  const find = async (id) => {
    await page.getByRole('searchbox', { name: 'Message or task id' }).fill(id);
    await page.getByRole('button', { name: 'Find', exact: true }).click();
  };
  await find('no-such-id');
  await alert(page).getByText('No push has this id').waitFor();
  await find(code.id);
  await heading(page, code.title).waitFor();
  await page.goBack();
  await heading(page, 'Pushes').waitFor();
  await find(`  ${rain.id} `);
  await heading(page, rain.title).waitFor();
  await page.goBack();

  // A message and a task may have the same id.
  await push('twice-1', 'To one user', { type: 'simple', minutesAgo: 60 });
  await push('twice-1', 'To many users', { minutesAgo: 60 });
  await heading(page, 'Pushes').waitFor();
  await find('twice-1');
  await page.getByRole('heading', { name: 'Two pushes have this id' }).waitFor();
  await page.getByRole('link', { name: /To one user/ }).click();
  await heading(page, 'To one user').waitFor();
}, { refused: ['404'] });
