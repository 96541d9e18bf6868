// English and Chinese.

import assert from 'node:assert/strict';

import { deliver, push, revoke, settled, users } from '../support/api.mjs';
import { heading, signedIn } from '../support/console.mjs';
import { scenario, until } from '../support/scenario.mjs';
import { world } from '../support/world.mjs';

const HAN = /\p{Script=Han}/u;
/** Words of the page, not of senders: names of vendors and languages, ids and units stay. */
const ENGLISH = /\b(push|pushes|revoke|revoked|revocation|deliver(y|ies)|channel|state|open|settled|reason|sign|key|find|title|target|window|outcome|batch|simple|apply|clear|sent|loading|cancel)\b/i;

/** Everything that is read out or seen, without what senders wrote. */
const words = (page) => page.evaluate(() => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll('code, option, h1, a[href*="/tasks/"], .reason, nav.crumbs, [hidden]').forEach((one) => one.remove());
  const names = [...copy.querySelectorAll('[aria-label]')].map((one) => one.getAttribute('aria-label'));
  return [copy.textContent, ...names].join('\n');
});

async function chinese(page) {
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  const said = await words(page);
  assert.match(said, HAN);
  assert.doesNotMatch(said.replace(/key-….secret/g, ''), ENGLISH);
}

scenario('a browser that speaks Chinese sees Chinese, on every view', async ({ tab }) => {
  const of = await push('zh-1', '秋季大促');
  await deliver(of, 'huawei', 'b1', users(of, 'huawei', 3));
  await deliver(of, 'vivo', 'b2', users(of, 'vivo', 3));
  const { id } = await revoke(of, { reason: '价格有误', scope: { channels: ['vivo'] }, notice: { title: '消息已撤回', text: '请忽略。' } });
  await settled(of, id);
  const page = await tab();
  await page.getByRole('heading', { level: 1, name: HAN }).waitFor();
  await chinese(page);
  await page.locator('input[type=password]').fill('key-0000000000000000.00');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await page.locator('input[type=password]').fill(world.tenant.keys.operator);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: '秋季大促' }).waitFor();
  await chinese(page);
  await page.getByRole('link', { name: '秋季大促' }).click();
  await heading(page, '秋季大促').waitFor();
  await page.getByRole('table').first().waitFor();
  await chinese(page);
  await page.locator('main button').first().click();
  await page.getByRole('dialog').getByRole('table').waitFor();
  assert.match(await page.getByRole('dialog').textContent(), HAN);
  await page.keyboard.press('Escape');
  await page.goto(`${page.url().split('#')[0]}${of.view}/revocations/${id}`);
  await page.getByRole('table').nth(1).waitFor();
  await chinese(page);
}, { locale: 'zh-CN', refused: ['401'] });

scenario('the language can be changed, and stays', async ({ tab }) => {
  const page = await signedIn(tab, 'viewer');
  await page.getByLabel('Language').selectOption('中文');
  await page.getByRole('heading', { level: 1, name: HAN }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: HAN }).waitFor();
  await page.getByRole('combobox').first().selectOption('English');
  await heading(page, 'Pushes').waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
});

scenario('the theme can be changed, and follows the system until then', async ({ tab }) => {
  const page = await signedIn(tab, 'viewer');
  const light = () => page.evaluate(() => {
    const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number);
    return red + green + blue > 3 * 128;
  });
  assert.equal(await light(), false, 'the system is dark');
  await page.getByLabel('Theme').selectOption('Light');
  await until(async () => assert.equal(await light(), true));
  await page.reload();
  await heading(page, 'Pushes').waitFor();
  assert.equal(await light(), true);
  await page.getByLabel('Theme').selectOption('System');
  await until(async () => assert.equal(await light(), false));
}, { colorScheme: 'dark' });
