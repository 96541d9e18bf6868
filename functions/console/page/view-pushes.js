// Lists: one type of push, newest first, filtered and paged. The address holds all of it.

import { Problem, api } from './api.js';
import { problem } from './app.js';
import { STATES, TYPES, pushHref } from './pushes.js';
import { field, h, select, show, table } from './dom.js';
import { code, said } from './foreign.js';
import { badge, left, time } from './format.js';
import { t } from './i18n.js';
import { one as pasted } from './paste.js';
import { retried } from './poll.js';
import { onOtherTabs } from './session.js';

const PAGE = 50;
/** Calls after which a filter asks before it looks further back. */
const CALLS = 8;
const HOUR = 3600e3;
const RANGES = { '24h': 24 * HOUR, '7d': 7 * 24 * HOUR, '30d': 30 * 24 * HOUR };

export default function pushes({ main, route, signal, fail, heading }) {
  let at = route;
  /** Where each page of this list starts. */
  let starts = { of: '', 1: '' };
  let loading = new AbortController();

  const tabs = h('nav', { 'aria-label': t('push_type'), class: 'tabs' });
  const status = h('p', { role: 'status', class: 'quiet' });
  const results = h('div', { class: 'results' });
  const pages = h('nav', { 'aria-label': t('pages'), class: 'pages' });
  const found = h('div');
  const filters = makeFilters(navigate);
  main.append(
    h('div', { class: 'top' }, heading(t('pushes')), findById(signal, found, fail)), found,
    tabs, filters.form, status, results, pages);

  function navigate(changes) {
    const params = new URLSearchParams(at.params);
    for (const [name, value] of Object.entries({ cursor: '', page: '', ...changes })) {
      if (value) params.set(name, value);
      else params.delete(name);
    }
    return `#/pushes${params.size ? `?${params}` : ''}`;
  }

  function update(next) {
    at = next;
    const type = typeOf(at.params);
    show(tabs, TYPES.map(([one]) => h('a', {
      href: navigate({ type: one, ...(kindOf(one) === 'task' ? { target: '' } : {}) }), 'aria-current': one === type ? 'page' : null,
    }, t(`type_${one}`))));
    filters.set(at.params);
    load();
  }

  async function load() {
    loading.abort();
    loading = new AbortController();
    const mine = AbortSignal.any([signal, loading.signal]);
    const filter = new URLSearchParams(at.params);
    filter.delete('cursor');
    filter.delete('page');
    if (starts.of !== String(filter)) starts = { of: String(filter), 1: '' };
    const page = Math.max(1, Number(at.params.get('page')) || 1);
    const cursor = at.params.get('cursor') ?? '';
    starts[page] = cursor;
    show(status, t('loading'));
    results.setAttribute('aria-busy', 'true');
    try {
      const got = await collect(at.params, cursor, mine, (n) => show(status, t('looking', { n })));
      draw(page, got);
    } catch (error) {
      if (mine.aborted) return;
      show(status);
      if (error instanceof Problem && error.status === 401) fail(error);
      else {
        show(results, problem(error, load));
        show(pages);
      }
    } finally {
      if (!mine.aborted) results.removeAttribute('aria-busy');
    }
  }

  function draw(page, { rows, next }) {
    show(status, rows.length ? t('pushes_count', { n: rows.length }) : t(next ? 'none_yet' : 'no_pushes'));
    show(results, rows.length ? pushTable(rows) : !next && h('p', { class: 'empty' }, t(filtered(at.params) ? 'no_pushes_filter' : 'no_pushes_hint')));
    if (next) starts[page + 1] = next;
    const link = (name, to, cursor) => h('a', { href: navigate({ page: to > 1 ? to : '', cursor }) }, t(name));
    const short = next && rows.length < PAGE;
    show(pages,
      page > 1 && link('newest', 1, ''),
      page > 2 && starts[page - 1] !== undefined && link('newer', page - 1, starts[page - 1]),
      page > 1 && h('span', { class: 'quiet' }, t('page', { n: page })),
      next && !short && link('older', page + 1, next),
      short && h('button', { type: 'button', onclick: () => { location.hash = navigate({ page: page + 1, cursor: next }); } }, t('look_further')));
  }

  update(route);
  const again = () => document.visibilityState === 'visible' && load();
  document.addEventListener('visibilitychange', again, { signal });
  onOtherTabs(again, signal);
  signal.addEventListener('abort', () => loading.abort());
  return update;
}

const typeOf = (params) => (TYPES.some(([type]) => type === params.get('type')) ? params.get('type') : 'batch');
const kindOf = (type) => TYPES.find(([one]) => one === type)[1];
const filtered = (params) => ['state', 'name', 'target'].some((name) => params.get(name));

/** One page of rows. A page of the API may be short and still not be the last. */
async function collect(params, cursor, signal, looking) {
  const range = params.get('range') ?? '7d';
  const question = {
    type: typeOf(params),
    from: RANGES[range] ? new Date(Date.now() - RANGES[range]).toISOString() : params.get('from'),
    to: RANGES[range] ? '' : params.get('to'),
    state: params.get('state'),
    name: params.get('name'),
    target: params.get('target'),
  };
  const rows = [];
  let next = cursor;
  for (let nth = 0; nth < CALLS; nth += 1) {
    if (nth > 0) looking(rows.length);
    const wanted = { ...question, limit: PAGE - rows.length, cursor: next };
    const page = await retried(() => api.pushes(wanted, signal), 8, signal);
    rows.push(...page.pushes);
    next = page.next_cursor;
    if (!next || rows.length >= PAGE) break;
  }
  return { rows, next };
}

/** `revoked` says that nothing more goes out. It does not say that anything was taken back. */
const pushTable = (rows) => [table(t('pushes'), [
  { label: t('title') }, { label: t('sent') }, { label: t('id') }, { label: t('state') }, { label: t('window_left') },
], rows.map((push) => [
  h('a', { href: pushHref(push.kind, push.id) }, said(push.title)),
  time(push.sent_at),
  code(push.id),
  badge(push.state),
  left(Date.parse(push.closes_at) - Date.now()),
])), rows.some((push) => push.state !== 'open') && h('p', { class: 'quiet' }, t('states_mean'))];

/** The filters: what they say goes into the address when they are applied. */
function makeFilters(navigate) {
  const range = select(['24h', '7d', '30d', 'custom'].map((one) => [one, t(`range_${one}`)]), '7d', { onchange: custom });
  const from = h('input', { type: 'datetime-local' });
  const to = h('input', { type: 'datetime-local' });
  const state = select([['', t('any')], ...STATES.map((one) => [one, t(`state_${one}`)])], '');
  const name = h('input', { type: 'text', maxlength: '200', autocomplete: 'off' });
  const target = h('input', { type: 'text', maxlength: '4096', autocomplete: 'off', spellcheck: 'false' });
  const [fromField, toField, targetField] = [field(t('from'), from), field(t('to'), to), field(t('target'), target)];

  function custom() {
    fromField.hidden = toField.hidden = range.value !== 'custom';
  }

  function apply(event) {
    event.preventDefault();
    const utc = (input) => (range.value === 'custom' && input.value ? new Date(input.value).toISOString() : '');
    location.hash = navigate({
      range: range.value === '7d' ? '' : range.value,
      from: utc(from), to: utc(to), state: state.value, name: name.value.trim(), target: targetField.hidden ? '' : pasted(target.value),
    });
  }

  function clear() {
    location.hash = navigate({ range: '', from: '', to: '', state: '', name: '', target: '' });
  }

  const form = h('form', { class: 'filters', 'aria-label': t('filters'), onsubmit: apply },
    field(t('time_range'), range), fromField, toField, field(t('state'), state), field(t('title_begins'), name), targetField,
    h('div', { class: 'buttons' }, h('button', null, t('apply')), h('button', { type: 'button', class: 'plain', onclick: clear }, t('clear'))));
  return {
    form,
    set(params) {
      range.value = params.get('range') ?? '7d';
      from.value = local(params.get('from'));
      to.value = local(params.get('to'));
      state.value = params.get('state') ?? '';
      name.value = params.get('name') ?? '';
      target.value = params.get('target') ?? '';
      targetField.hidden = kindOf(typeOf(params)) === 'task';
      custom();
    },
  };
}

/** A UTC time as `datetime-local` has it: in the viewer's zone. */
function local(utc) {
  const date = new Date(utc ?? NaN);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60e3).toISOString().slice(0, 16);
}

function findById(signal, found, fail) {
  const id = h('input', { type: 'search', autocomplete: 'off', spellcheck: 'false', maxlength: '4096' });
  const button = h('button', null, t('find'));

  async function find(event) {
    event.preventDefault();
    // As it would be meant, else as it is.
    const [meant, typed] = [pasted(id.value), id.value.trim()];
    if (!typed) return;
    button.disabled = true;
    show(found);
    try {
      let pushes = meant ? await both(meant) : [];
      if (!pushes.length && typed !== meant) pushes = await both(typed);
      if (pushes.length === 1) location.hash = pushHref(pushes[0].kind, pushes[0].id);
      else if (pushes.length === 0) show(found, h('div', { role: 'alert', class: 'problem' }, h('p', null, h('strong', null, t('no_such_id'))), h('p', null, t('no_such_id_hint'))));
      else show(found, h('section', { class: 'card' }, h('h2', null, t('two_pushes')), h('ul', null, pushes.map((push) => h('li', null, h('a', { href: pushHref(push.kind, push.id) }, `${t(`type_${push.type}`)}: `, said(push.title)))))));
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && error.status === 401) fail(error);
      else show(found, problem(error));
    } finally {
      button.disabled = false;
    }
  }

  const both = async (wanted) => (await Promise.all(['message', 'task'].map((kind) => one(kind, wanted)))).filter(Boolean);

  async function one(kind, wanted) {
    try {
      return await retried(() => api.push(kind, wanted, signal), 5, signal);
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return null;
      throw error;
    }
  }

  return h('form', { role: 'search', 'aria-label': t('find_by_id'), class: 'find', onsubmit: find }, field(t('message_or_task_id'), id), button);
}
