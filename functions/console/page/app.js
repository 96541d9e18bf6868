// The frame around the views: session, addresses, language, theme.

import { Problem, api } from './api.js';
import { field, h, select, show } from './dom.js';
import { code, exact, plain, said } from './foreign.js';
import { LANGUAGES, language, preferred, t, use } from './i18n.js';
import { passes, retried } from './poll.js';
import { session } from './session.js';

const VIEWS = {
  'sign-in': () => import('./view-sign-in.js'),
  pushes: () => import('./view-pushes.js'),
  push: () => import('./view-push.js'),
  revocation: () => import('./view-revocation.js'),
};
const THEME = 'console.theme';
const main = document.getElementById('content');

/** What is shown: its path, how to end it, how to give it other parameters. */
let current = null;

/** `#/tasks/t1/revocations/rvk_1?outcome=failed` as a view with its parameters. */
function parse(hash) {
  const [path, query] = (hash.slice(1) || '/pushes').split(/\?(.*)/s);
  const parts = path.split('/').slice(1).map(decoded);
  const params = new URLSearchParams(query ?? '');
  const kind = { messages: 'message', tasks: 'task' }[parts[0]];
  const at = (name, more) => ({ name, path, params, ...more });
  if (kind && parts[1] && parts.length === 2) return at('push', { kind, id: parts[1] });
  if (kind && parts[2] === 'revocations' && parts.length === 4) return at('revocation', { kind, id: parts[1], rvk: parts[3] });
  return at(parts[0] === 'sign-in' ? 'sign-in' : 'pushes');
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function go() {
  const route = parse(location.hash);
  if (!session.key && route.name !== 'sign-in') return toSignIn();
  if (current?.route.path === route.path && current.update) {
    current.route = route;
    return current.update(route);
  }
  current?.abort.abort();
  const abort = new AbortController();
  current = { route, abort, update: null };
  const { signal } = abort;
  try {
    if (session.key && !session.me) {
      show(main, h('p', { class: 'loading' }, t('loading')));
      session.me = await retried(() => api.me(session.key, signal), Infinity, signal);
    }
    const view = (await VIEWS[route.name]()).default;
    if (signal.aborted) return;
    header();
    show(main);
    document.title = t('brand');
    const made = current;
    made.update = (await view({ main, route, signal, fail: (error) => fail(error, signal), heading })) ?? null;
    if (route.path !== parse(location.hash).path) go();
  } catch (error) {
    fail(error, signal);
  }
}

/** The view's heading: in the page, in the tab, and focused, so that it is read. */
function heading(text, ...beside) {
  document.title = `${plain(text)} · ${t('brand')}`;
  const title = h('h1', { tabindex: '-1' }, said(text));
  requestAnimationFrame(() => title.isConnected && title.focus());
  return h('div', { class: 'heading' }, title, beside);
}

/** What cannot be gone on with. A key that is no longer good ends the session. */
function fail(error, signal) {
  if (signal?.aborted || error?.name === 'AbortError') return;
  if (error instanceof Problem && error.status === 401) {
    session.end(error);
    toSignIn();
    return;
  }
  header();
  // Not the view before it, which is gone.
  document.title = t('brand');
  main.querySelectorAll('.loading').forEach((line) => line.remove());
  main.querySelector('.view-problem')?.remove();
  main.append(h('div', { class: 'view-problem' }, problem(error, again)));
}

function toSignIn() {
  const { name } = parse(location.hash);
  const next = name === 'sign-in' || !location.hash ? '' : `?next=${encodeURIComponent(location.hash)}`;
  location.replace(`#/sign-in${next}`);
}

/** Draws the current view anew. */
function again() {
  current?.abort.abort();
  current = null;
  go();
}

/** A problem in its own words. */
export function problem(error, retry) {
  const known = error instanceof Problem;
  if (!known && !passes(error)) console.error(error);
  const title = known ? error.message : t(passes(error) ? 'offline_title' : 'broken');
  return h('div', { role: 'alert', class: 'problem' },
    h('p', null, h('strong', null, said(title))),
    known && error.detail && h('p', null, said(error.detail)),
    known && (error.errors.length > 1 || !error.detail) && error.errors.length > 0 && h('ul', null, error.errors.map((one) => h('li', null, code(one.pointer), ' ', said(one.detail)))),
    known && error.requestId && h('p', { class: 'quiet' }, t('request_id', { id: error.requestId })),
    retry && (!known || error.status >= 500 || error.status === 429) && h('button', { type: 'button', onclick: retry }, t('try_again')));
}

function header() {
  const { me } = session;
  const languages = select(LANGUAGES, language, { onchange: (event) => changeLanguage(event.target.value) });
  languages.id = 'language';
  const themes = select(['system', 'light', 'dark'].map((theme) => [theme, t(`theme_${theme}`)]), localStorage.getItem(THEME) ?? 'system', {
    onchange: (event) => changeTheme(event.target.value),
  });
  themes.id = 'theme';
  show(document.getElementById('skip'), t('skip'));
  document.getElementById('connection').setAttribute('aria-label', t('connection'));
  show(document.getElementById('banner'),
    h('a', { class: 'brand', href: '#/pushes' }, h('img', { src: 'console/icon.svg', alt: '', width: '24', height: '24' }), t('brand')),
    me && h('p', { class: 'who' }, h('span', { class: 'tenant' }, exact(me.app), ' / ', exact(me.workspace)), me.label && h('span', { class: 'label' }, said(me.label)), h('span', { class: 'role' }, t(`role_${me.role}`))),
    h('div', { class: 'settings' },
      field(t('language'), languages), field(t('theme'), themes),
      me && h('button', { type: 'button', class: 'plain', onclick: signOut }, t('sign_out'))));
}

async function changeLanguage(code) {
  await use(code, true);
  header();
  again();
}

function changeTheme(theme) {
  localStorage.setItem(THEME, theme);
  applyTheme();
}

function applyTheme() {
  const theme = localStorage.getItem(THEME) ?? 'system';
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function signOut() {
  session.end();
  location.hash = '#/sign-in';
}

document.getElementById('skip').addEventListener('click', (event) => {
  // The address holds the view, not a place in it.
  event.preventDefault();
  main.focus();
});
addEventListener('hashchange', go);
applyTheme();
use(preferred()).then(() => {
  header();
  go();
});
