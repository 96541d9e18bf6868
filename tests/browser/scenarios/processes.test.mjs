// A function's process ends while somebody is at work.
// Alone: whoever else asks it at that moment is not answered.

import assert from 'node:assert/strict';

import { keys, newKey, push } from '../support/api.mjs';
import { alert, heading, lists, signIn, signedIn } from '../support/console.mjs';
import { restart } from '../support/processes.mjs';
import { scenario } from '../support/scenario.mjs';

scenario('a function that dies meanwhile is not noticed for long', async ({ tab }) => {
  const of = await push('line-4', 'Looked at while a function died', { type: 'template' });
  const page = await signedIn(tab, 'viewer');
  restart('lookup');
  await page.getByRole('link', { name: 'Template' }).click();
  await lists(page, [of.title]);
}, { refused: ['500', '502', '503', 'net::ERR_INTERNET_DISCONNECTED'] });

scenario('a key that is disabled leads to signing in, and then back', async ({ tab }) => {
  const of = await push('disabled-1', 'Looked at when the key ended');
  const key = await newKey('viewer');
  const page = await signedIn(tab, key, of.view);
  await heading(page, of.title).waitFor();
  await keys('disable', key.split('.')[0]);
  restart('lookup');
  await page.getByRole('link', { name: 'Batch', exact: true }).click();
  await heading(page, 'Sign in').waitFor();
  await alert(page).getByText('A valid access key is needed').waitFor();
  assert.equal(await page.evaluate(() => JSON.stringify(sessionStorage)), '{}', 'the key is forgotten');
  await signIn(page, 'viewer');
  await lists(page, [of.title]);
}, { refused: ['401'] });
