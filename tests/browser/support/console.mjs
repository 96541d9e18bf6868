// The console in a person's words. Names of roles and labels are those of functions/console/README.md.

import assert from 'node:assert/strict';

import { until } from './scenario.mjs';
import { world } from './world.mjs';

/** Signs in with the key of a role, or with another key. */
export async function signIn(page, roleOrKey) {
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  await page.getByLabel('Access key').fill(world.tenant.keys[roleOrKey] ?? roleOrKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** A tab of somebody who is signed in, at a view. */
export async function signedIn(tab, role, at = '#/pushes') {
  const page = await tab(at);
  await signIn(page, role);
  return page;
}

export const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true });
export const alert = (page) => page.getByRole('alert');
export const dialog = (page) => page.getByRole('dialog', { name: 'Revoke this push' });
export const connection = (page) => page.getByRole('status', { name: 'Connection' });

/** The body of a table: a list of rows, each an object of its columns' names. */
export async function rows(table) {
  await table.waitFor();
  return table.evaluate((element) => {
    // What is said, without what is there for the eye only.
    const said = (cell) => {
      const copy = cell.cloneNode(true);
      copy.querySelectorAll('[aria-hidden=true]').forEach((hidden) => hidden.remove());
      return copy.textContent.trim();
    };
    const names = [...element.querySelectorAll('thead th')].map(said);
    return [...element.querySelectorAll('tbody tr')].map((row) => Object.fromEntries([...row.children].map((cell, nth) => [names[nth], said(cell)])));
  });
}

export const table = (page, name) => page.getByRole('table', { name, exact: true });

/** Waits until the list of pushes has exactly these titles. */
export async function lists(page, titles) {
  await until(async () => {
    const list = table(page, 'Pushes');
    const shown = await list.isVisible() ? (await rows(list)).map((row) => row.Title) : [];
    assert.deepEqual(shown, titles);
    assert.ok(!(await page.getByRole('status').allTextContents()).includes('Loading'), 'still loading');
  });
}

/** Opens the dialog and waits for the dry run. */
export async function openDialog(page) {
  await page.getByRole('button', { name: 'Revoke…' }).click();
  await table(dialog(page), 'What will happen').waitFor();
  return dialog(page);
}

/** Waits for the end of the revocation that is looked at. */
export const settles = (page, patience = 60e3) => page.getByRole('main').getByText('Settled', { exact: true }).waitFor({ timeout: patience });

/** The focused element, as it is announced: role and name. */
export const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  if (element === document.body) return 'nothing';
  const label = element.labels?.[0]?.textContent ?? element.getAttribute('aria-label') ?? element.textContent;
  return `${element.tagName.toLowerCase()} ${label.trim()}`;
});
