// Whatever a sender, an operator or a device wrote is text, and nothing of it runs.

import assert from 'node:assert/strict';

import { deliver, failing, push } from '../support/api.mjs';
import { heading, lists, openDialog, rows, settles, signedIn, table } from '../support/console.mjs';
import { scenario } from '../support/scenario.mjs';

const SCRIPTS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(2)>',
  '"><svg/onload=alert(3)>',
  'javascript:alert(4)',
  '{{alert(5)}} ${alert(6)} </title><script>alert(7)</script>',
];

scenario('scripts in titles, reasons, targets and notices are shown as text', async ({ tab }) => {
  for (const [nth, title] of SCRIPTS.entries()) await push(`script-${nth}`, title, { minutesAgo: 10 + nth });
  const of = await push('<b>&"\'#;..', '<i onmouseover=alert(8)>the push</i>');
  const deliveries = SCRIPTS.map((target, nth) => ({ token: `text-${nth}`, target }));
  await deliver(of, 'huawei', 'b1', deliveries);
  await failing('huawei', deliveries.slice(1, 2), '80300007');

  const page = await signedIn(tab, 'operator');
  await lists(page, ['<i onmouseover=alert(8)>the push</i>', ...SCRIPTS]);
  await page.getByRole('link', { name: '<i onmouseover=alert(8)>the push</i>' }).click();
  await heading(page, of.title).waitFor();
  assert.equal(await page.getByRole('main').locator('i, script, img, iframe').count(), 0);

  const asked = await openDialog(page);
  await asked.getByLabel('Reason').fill('<script>alert(9)</script>');
  await asked.getByRole('group', { name: 'Another notice (optional)' }).getByText('Another notice (optional)').click();
  await asked.getByLabel('Notice title').fill('<b>Sorry</b>');
  await asked.getByLabel('Notice text').fill('<img src=x onerror=alert(10)>');
  await asked.getByText('<img src=x onerror=alert(10)>').waitFor();
  await asked.getByRole('button', { name: 'Revoke 5 deliveries' }).click();
  await heading(page, 'Revocation').waitFor();
  await settles(page);
  await page.getByText('<script>alert(9)</script>').first().waitFor();
  await page.getByText('<img src=x onerror=alert(10)>').first().waitFor();
  const shown = await rows(table(page, 'Outcomes'));
  assert.deepEqual(shown.map((row) => row.Target).toSorted(), SCRIPTS.toSorted());
  assert.equal(await page.getByRole('main').locator('b, script, iframe, img[src=x]').count(), 0);
});

scenario('an id or a cursor in the address that is a script does nothing', async ({ tab }) => {
  const page = await signedIn(tab, 'viewer', '#/tasks/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E');
  await page.getByRole('alert').waitFor();
  const base = page.url().split('#')[0];
  await page.goto(`${base}#/pushes?type=%3Cscript%3E&name=%3Csvg/onload=alert(2)%3E&range=%22%3E`);
  await heading(page, 'Pushes').waitFor();
  await page.goto(`${base}#/sign-in?next=javascript:alert(3)`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}, { refused: ['404', '400'] });

scenario('signing in never leads to another site or a script', async ({ tab }) => {
  for (const next of ['javascript:alert(1)', '//example.com/']) {
    const page = await signedIn(tab, 'viewer', `#/sign-in?next=${encodeURIComponent(next)}`);
    await heading(page, 'Pushes').waitFor();
    await page.close();
  }
});
