// One revocation: how far it is, and what became of every delivery.

import { Problem, api } from './api.js';
import { problem } from './app.js';
import { add, chart, sample } from './chart.js';
import { CHANNELS, OUTCOMES, pushHref } from './channels.js';
import { h, show, table } from './dom.js';
import { badge, channel, duration, time } from './format.js';
import { number, t } from './i18n.js';
import { mark, outcomeList } from './outcomes.js';
import { poll, retried } from './poll.js';
import { recall, remember, session, tellTabs } from './session.js';
import { bar, progressText, scopeText } from './view-push.js';

const QUICK_MS = 700;
const SLOW_MS = 5000;
const RESTING_MS = 15_000;
const SAID_EVERY_MS = 4000;

export default function revocation({ main, route, signal, fail, heading }) {
  const { kind, id, rvk } = route;
  let at = route;
  let parts = null;
  let last = null;
  let wait = QUICK_MS;
  let samples = recall(rvk).samples ?? [];
  let saidAt = 0;
  const body = h('div', null, h('p', { class: 'loading' }, t('loading')));
  main.append(body);

  const again = poll(async () => {
    const now = await api.revocation(kind, id, rvk, signal);
    const before = last;
    last = now;
    parts ??= frame(now);
    const moved = JSON.stringify(before) !== JSON.stringify(now);
    if (moved) draw(now, before);
    if (now.state === 'settled') return RESTING_MS;
    wait = moved ? QUICK_MS : Math.min(wait * 1.4, SLOW_MS);
    return wait;
  }, (error) => {
    show(body);
    fail(error);
  }, signal);

  function frame(now) {
    const made = {
      state: h('span'),
      push: h('a', { href: pushHref(kind, id) }, id),
      bar: h('div'),
      text: h('p', { class: 'far', 'aria-hidden': 'true' }),
      said: h('p', { role: 'status', class: 'hidden', 'aria-label': t('progress') }),
      replay: h('div', { class: 'action' }),
      facts: h('dl', { class: 'facts two card' }),
      channels: h('div'),
      chart: h('figure', { class: 'chart card', 'aria-label': t('over_time'), hidden: true }, h('figcaption', null, t('over_time')), h('div')),
      totals: h('div'),
    };
    made.outcomes = outcomeList({ kind, id, rvk, signal, fail, latest: () => last });
    show(body,
      h('nav', { class: 'crumbs', 'aria-label': t('breadcrumb') }, made.push),
      heading(t('revocation'), made.state),
      h('div', { class: 'live' }, made.bar, made.text, made.said),
      made.replay,
      made.facts,
      h('section', null, h('h2', null, t('by_channel')), made.channels),
      h('div', { class: 'split' }, made.chart, h('section', null, h('h2', null, t('outcomes_total')), made.totals)),
      made.outcomes.section);
    made.outcomes.update(at.params);
    api.push(kind, id, signal).then((push) => show(made.push, push.title), () => {});
    return made;
  }

  function draw(now, before) {
    const { total, channels } = now.progress;
    show(parts.state, badge(now.state));
    show(parts.bar, bar(now));
    const words = now.state === 'settled' ? `${t('settled_after', { time: duration(now.time_to_settle_ms) })} ${progressText(total)}`
      : total.requested === 0 ? t('nothing_found_yet') : progressText(total);
    parts.text.textContent = words;
    // Said to those who listen every few seconds, and at the end.
    if (now.state === 'settled' || Date.now() - saidAt > SAID_EVERY_MS) {
      saidAt = Date.now();
      parts.said.textContent = words;
    }
    show(parts.facts, facts(now).map(([term, what]) => h('div', null, h('dt', null, term), h('dd', null, what))));
    drawReplay(now);
    show(parts.channels, channelTable(channels, total));
    show(parts.totals, outcomeTable(total));
    if (now.state !== 'settled' || samples.length) drawChart(now, before);
    if (before && before.state !== now.state) tellTabs();
    const changed = JSON.stringify(before?.progress.total.outcomes) !== JSON.stringify(total.outcomes);
    if (before && now.state === 'settled' && (changed || before.state !== 'settled')) parts.outcomes.load();
  }

  function drawChart(now, before) {
    if (now.state !== 'settled' || before?.state !== 'settled') {
      const when = now.state === 'settled' ? Math.max(Date.parse(now.settled_at), samples.at(-1)?.ms + Date.parse(now.requested_at) || 0) : Date.now();
      samples = add(samples, sample(now, when));
      remember(rvk, { samples });
    }
    parts.chart.hidden = false;
    chart(parts.chart.lastElementChild, samples);
  }

  function facts(now) {
    const { gateMs } = recall(rvk);
    return [
      [t('requested_by'), h('code', null, now.requested_by)],
      [t('requested_at'), time(now.requested_at)],
      [t('reason'), now.reason],
      [t('scope'), scopeText(now.scope)],
      [t('time_to_gate'), gateMs ? duration(gateMs) : t('gate_closed')],
      [t('time_to_settle'), now.time_to_settle_ms === undefined ? t('not_yet') : duration(now.time_to_settle_ms)],
      [t('notice'), noticeText(now.notice)],
      now.replays > 0 && [t('replayed'), t('replays', { n: now.replays })],
    ].filter(Boolean);
  }

  function drawReplay(now) {
    const failed = now.progress.total.outcomes.failed ?? 0;
    if (!session.mayRevoke || now.state !== 'settled' || failed === 0) {
      show(parts.replay);
      return;
    }
    if (parts.replay.firstChild) return;
    const said = h('div');
    const button = h('button', { type: 'button', onclick: replay }, t('replay'));
    show(parts.replay, h('p', null, t('failed_count', { n: failed })), button, said);

    async function replay() {
      button.disabled = true;
      show(said);
      try {
        await retried(() => api.replay(kind, id, rvk, signal), 5, signal);
        tellTabs();
        again();
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Problem && error.status === 401) fail(error);
        else show(said, problem(error));
      } finally {
        button.disabled = false;
      }
    }
  }

  return (next) => {
    at = next;
    parts?.outcomes.update(next.params);
  };
}

const noticeText = (notice) => [notice, ...Object.values(notice.locales ?? {})].map((one) => `${one.title} – ${one.text}`).join('\n');

const unknown = (n) => (n === null ? '?' : number(n));

function channelTable(channels, total) {
  const rows = CHANNELS.filter((code) => channels[code]).map((code) => [channel(code), channels[code]]);
  if (!rows.length) return h('p', { class: 'empty' }, t('nothing_found_yet'));
  if (rows.length > 1) rows.push([h('strong', null, t('all')), total]);
  return table(t('by_channel'), [
    { label: t('channel') }, ...['requested', 'accepted', 'confirmed', 'other', 'outstanding'].map((name) => ({ label: t(`column_${name}`), number: true })),
  ], rows.map(([name, one]) => [
    name, unknown(one.requested), number(one.accepted_by_vendor), number(one.confirmed_by_device), number(one.ended - one.accepted_by_vendor), unknown(one.outstanding),
  ]));
}

function outcomeTable({ outcomes }) {
  const rows = OUTCOMES.filter((code) => outcomes[code]);
  if (!rows.length) return h('p', { class: 'empty' }, t('nothing_ended_yet'));
  return table(t('outcomes_total'), [{ label: t('outcome') }, { label: t('deliveries'), number: true }],
    rows.map((code) => [mark(code), number(outcomes[code])]));
}
