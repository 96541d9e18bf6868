// One revocation: how far it is, and what became of every delivery.

import { Problem, api } from './api.js';
import { problem } from './app.js';
import { add, chart, sample, understood } from './chart.js';
import { pushHref, sumOf } from './pushes.js';
import { CHANNELS, MAY_BE_SHOWN, NOT_SHOWN, OUTCOMES } from './closed-sets.js';
import { h, show, table } from './dom.js';
import { exact, said, who } from './foreign.js';
import { badge, channel, duration, time } from './format.js';
import { number, t } from './i18n.js';
import { mark, outcomeList } from './outcomes.js';
import { poll, retried } from './poll.js';
import { recall, remember, session, tellTabs } from './session.js';
import { bar, headline, legend, mayReplay, reasons, rest, suspicion, words } from './summary.js';
import { unmatched } from './unmatched.js';
import { scopeText } from './view-push.js';

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
  let samples = understood(recall(rvk).samples);
  let saidAt = 0;
  const body = h('div', null, h('p', { class: 'loading' }, t('loading')));
  main.append(body);

  const ask = poll(async () => {
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
      push: h('a', { href: pushHref(kind, id) }, exact(id)),
      head: h('p', { class: 'headline' }),
      text: h('p', { class: 'far' }),
      bar: h('div'),
      warnings: h('div', { class: 'warnings' }),
      said: h('p', { role: 'status', class: 'hidden', 'aria-label': t('progress') }),
      replay: h('div', { class: 'action' }),
      facts: h('dl', { class: 'facts card' }),
      channels: h('div'),
      reasons: h('section', { class: 'card why', 'aria-label': t('not_taken_back_why'), hidden: true }),
      chart: h('figure', { class: 'chart card', 'aria-label': t('over_time'), hidden: true }, h('figcaption', null, t('over_time')), h('div')),
      totals: h('div'),
    };
    made.outcomes = outcomeList({ kind, id, rvk, signal, fail, latest: () => last });
    show(body,
      h('nav', { class: 'crumbs', 'aria-label': t('breadcrumb') }, made.push),
      heading(t('revocation'), made.state),
      h('div', { class: 'live' }, made.head, made.text, made.bar, made.said),
      h('div', { class: 'split' }, made.chart, h('div', null, made.warnings, made.reasons, made.replay)),
      h('section', null, h('h2', null, t('by_channel')), made.channels),
      h('div', { class: 'split' }, made.facts, h('section', null, h('h2', null, t('outcomes_total')), made.totals)),
      made.outcomes.section);
    made.outcomes.update(at.params);
    api.push(kind, id, signal).then((push) => show(made.push, said(push.title)), () => {});
    return made;
  }

  function draw(now, before) {
    const { total, channels } = now.progress;
    show(parts.state, badge(now.state));
    show(parts.head, headline(now));
    const settled = now.state === 'settled' && t('settled_after', { time: duration(now.time_to_settle_ms) });
    show(parts.text, [rest(now), settled].filter(Boolean).join(' '));
    show(parts.bar, bar(now), legend(now));
    drawWarnings(now, before);
    // Said to those who listen every few seconds, and at the end.
    if (now.state === 'settled' || Date.now() - saidAt > SAID_EVERY_MS) {
      saidAt = Date.now();
      parts.said.textContent = [words(now), settled].filter(Boolean).join(' ');
    }
    show(parts.facts, facts(now).map(([term, what]) => h('div', null, h('dt', null, term), h('dd', null, what))));
    drawReasons(now);
    drawReplay(now);
    show(parts.channels, channelTable(channels, total));
    show(parts.totals, outcomeTable(total));
    if (now.state !== 'settled' || samples.length) drawChart(now, before);
    if (before && before.state !== now.state) tellTabs();
    const changed = JSON.stringify(before?.progress.total.outcomes) !== JSON.stringify(total.outcomes);
    if (before && now.state === 'settled' && (changed || before.state !== 'settled')) parts.outcomes.load();
  }

  /** They are drawn anew only when they change: somebody may have opened the list of names. */
  function drawWarnings(now, before) {
    const about = (one) => one && JSON.stringify([one.unmatched_targets, one.unmatched_known, one.progress.total.suspected, one.scope]);
    if (about(before) !== about(now)) show(parts.warnings, suspicion(now), unmatched(now, now.scope.targets, 'after'));
  }

  function drawReasons(now) {
    const why = reasons(now);
    parts.reasons.hidden = why === null;
    if (why) show(parts.reasons, h('h2', null, t('not_taken_back_why')), why);
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
      [t('requested_by'), h('span', null, who(now.requested_by, now.requested_by_label))],
      [t('requested_at'), time(now.requested_at)],
      [t('reason'), said(now.reason)],
      [t('scope'), scopeText(now.scope)],
      [t('time_to_gate'), gateMs ? duration(gateMs) : t('gate_closed')],
      [t('time_to_settle'), now.time_to_settle_ms === undefined ? t('not_yet') : duration(now.time_to_settle_ms)],
      [t('notice'), noticeText(now.notice)],
      now.replays > 0 && [t('replayed'), t('replays', { n: now.replays })],
    ].filter(Boolean);
  }

  function drawReplay(now) {
    const again = now.summary.groups.filter(mayReplay);
    const failed = again.reduce((sum, group) => sum + group.deliveries, 0);
    if (!session.mayRevoke || now.state !== 'settled' || failed === 0) {
      show(parts.replay);
      return;
    }
    if (parts.replay.dataset.of === String(failed) && parts.replay.firstChild) return;
    parts.replay.dataset.of = failed;
    const told = h('div');
    const button = h('button', { type: 'button', onclick: replay }, t('replay'));
    show(parts.replay, h('p', null, t('failed_count', { n: failed })), button, told);

    async function replay() {
      button.disabled = true;
      show(told);
      try {
        await retried(() => api.replay(kind, id, rvk, signal), 5, signal);
        tellTabs();
        ask();
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Problem && error.status === 401) fail(error);
        else show(told, problem(error));
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

const noticeText = (notice) => [notice, ...Object.values(notice.locales ?? {})]
  .map((one) => h('span', { class: 'notice' }, said(one.title), ' – ', said(one.text)));

const unknown = (n) => (n === null ? '?' : number(n));

function channelTable(channels, total) {
  const rows = CHANNELS.filter((one) => channels[one]).map((one) => [channel(one), channels[one]]);
  if (!rows.length) return h('p', { class: 'empty' }, t('nothing_found_yet'));
  if (rows.length > 1) rows.push([h('strong', null, t('all')), total]);
  return table(t('by_channel'), [
    { label: t('channel') }, ...['requested', 'accepted', 'confirmed', 'not_shown', 'may_be_shown', 'outstanding'].map((name) => ({ label: t(`column_${name}`), number: true })),
  ], rows.map(([name, one]) => [
    name, unknown(one.requested), number(one.accepted_by_vendor), number(one.confirmed_by_device),
    number(sumOf(one.outcomes, NOT_SHOWN)), number(sumOf(one.outcomes, MAY_BE_SHOWN)), unknown(one.outstanding),
  ]));
}

function outcomeTable({ outcomes }) {
  const rows = OUTCOMES.filter((one) => outcomes[one]);
  if (!rows.length) return h('p', { class: 'empty' }, t('nothing_ended_yet'));
  return table(t('outcomes_total'), [{ label: t('outcome') }, { label: t('deliveries'), number: true }],
    rows.map((one) => [mark(one), number(outcomes[one])]));
}
