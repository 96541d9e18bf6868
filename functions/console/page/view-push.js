// One push: what it was, what was delivered, and everything that was revoked of it.

import { Problem, api } from './api.js';
import { problem } from './app.js';
import { revocationHref } from './pushes.js';
import { CHANNELS } from './closed-sets.js';
import { openRevokeDialog } from './dialog-revoke.js';
import { h, newId, show, table } from './dom.js';
import { code, plain, said as prose, who } from './foreign.js';
import { badge, channel, countdown, time } from './format.js';
import { number, t } from './i18n.js';
import { poll, retried } from './poll.js';
import { session } from './session.js';
import { bar, legend, words } from './summary.js';

const MOVING_MS = 2000;
const RESTING_MS = 15_000;

export default function push({ main, route, signal, fail, heading }) {
  const { kind, id } = route;
  const body = h('div', null, h('p', { class: 'loading' }, t('loading')));
  main.append(body);
  let parts = null;
  let drawn = '';

  const again = poll(async () => {
    const said = await api.push(kind, id, signal);
    parts ??= frame(said);
    draw(said);
    const pause = said.revocations.some((one) => one.state !== 'settled') ? MOVING_MS : RESTING_MS;
    // The button goes with the window, not at the next look after it.
    const left = Date.parse(said.closes_at) - Date.now();
    return left > 0 ? Math.min(pause, left + 100) : pause;
  }, (error) => {
    show(body);
    fail(error);
  }, signal);

  function frame(said) {
    const made = { state: h('span'), action: h('div', { class: 'action' }), totals: h('div'), revocations: h('div', { class: 'revocations' }) };
    show(body,
      heading(said.title, made.state),
      h('p', { class: 'crumbs' }, h('a', { href: `#/pushes?type=${said.type}` }, t(`type_${said.type}`)), ' · ', code(said.id)),
      h('div', { class: 'split' },
        h('dl', { class: 'facts card' }, facts(said)),
        h('section', { class: 'card window' },
          h('h2', { id: 'window' }, t('window_left')),
          countdown(said.closes_at, { role: 'timer', 'aria-labelledby': 'window', class: 'countdown' }),
          h('p', { class: 'quiet' }, t('closes'), ' ', time(said.closes_at)),
          made.action)),
      h('section', null, h('h2', null, t('deliveries')), made.totals),
      h('section', null, h('h2', null, t('revocations')), made.revocations));
    loadTotals(made.totals);
    return made;
  }

  async function loadTotals(into) {
    show(into, h('p', { class: 'loading' }, t('loading')));
    try {
      const totals = await retried(() => api.totals(kind, id, signal), 5, signal);
      if (!signal.aborted) show(into, totalsTable(totals));
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && error.status === 401) fail(error);
      else show(into, problem(error, () => loadTotals(into)));
    }
  }

  function draw(said) {
    const now = JSON.stringify([said, Date.parse(said.closes_at) > Date.now()]);
    if (now === drawn) return;
    drawn = now;
    const focused = document.activeElement?.getAttribute('href');
    show(parts.state, badge(said.state));
    drawAction(said);
    show(parts.revocations, said.revocations.length
      ? said.revocations.toReversed().map((one) => article(said, one))
      : h('p', { class: 'empty' }, t('nothing_revoked')));
    if (focused && !document.activeElement?.matches('a, button')) parts.revocations.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }

  function drawAction(said) {
    if (!session.mayRevoke) {
      show(parts.action, h('p', { class: 'quiet' }, t('viewer_only')));
      return;
    }
    const why = Date.parse(said.closes_at) <= Date.now() ? t('window_closed') : said.state === 'revoked' ? t('all_revoked') : null;
    const hint = newId('why');
    const old = parts.action.querySelector('button');
    const button = old ?? h('button', { type: 'button', class: 'danger', onclick: () => openRevokeDialog(button.push, button) }, t('revoke_open'));
    button.push = said;
    button.disabled = why !== null;
    if (why) button.setAttribute('aria-describedby', hint);
    if (!old || why !== button.why) show(parts.action, button, why && h('p', { class: 'quiet', id: hint }, why));
    button.why = why;
  }

  return () => again();
}

const facts = (said) => [
  [t('type'), t(`type_${said.type}`)],
  [t('id'), code(said.id)],
  [t('sent'), time(said.sent_at)],
  said.send_until && [t('sent_until'), time(said.send_until)],
  [t('registered'), time(said.registered_at)],
].filter(Boolean).map(([term, what]) => h('div', null, h('dt', null, term), h('dd', null, what)));

function totalsTable({ channels }) {
  const rows = CHANNELS.filter((one) => channels[one]).map((one) => [one, channels[one]]);
  if (!rows.length) return h('p', { class: 'empty' }, t('no_deliveries'));
  const sum = (name) => rows.reduce((total, [, one]) => total + (one[name] ?? 0), 0);
  const columns = ['deliveries', 'held_back', 'without_id', ...(rows.some(([, one]) => one.audiences) ? ['audiences'] : [])];
  const line = (name, one) => [name, ...columns.map((column) => number(one[column] ?? 0))];
  const all = Object.fromEntries(columns.map((column) => [column, sum(column)]));
  return table(t('deliveries_by_channel'), [
    { label: t('channel') }, ...columns.map((column) => ({ label: t(column), number: true })),
  ], [...rows.map(([name, one]) => line(channel(name), one)), ...(rows.length > 1 ? [line(h('strong', null, t('all')), all)] : [])]);
}

function article(said, one) {
  const href = revocationHref(said.kind, said.id, one.id);
  return h('article', { class: 'card revocation', 'aria-label': plain(one.id) },
    h('div', { class: 'line' }, badge(one.state), h('span', null, scopeText(one.scope)), h('a', { href, 'aria-label': `${t('details')} ${plain(one.id)}` }, t('details'))),
    h('p', { class: 'reason' }, prose(one.reason)),
    h('p', { class: 'quiet' }, who(one.requested_by, one.requested_by_label), ' · ', time(one.requested_at), one.replays > 0 && ` · ${t('replays', { n: one.replays })}`),
    h('p', { class: 'far' }, words(one)), bar(one), legend(one));
}

export function scopeText({ channels, targets }) {
  const parts = [];
  if (channels) parts.push(channels.map(channel).join(', '));
  if (targets !== null) parts.push(t('targets_count', { n: targets }));
  return parts.join(' · ') || t('everything');
}
