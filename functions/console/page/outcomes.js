// What became of each delivery: filtered, a page at a time, and all of it as CSV.

import { Problem, api } from './api.js';
import { problem } from './app.js';
import { revocationHref } from './pushes.js';
import { CHANNELS, MAY_BE_SHOWN, NOT_SHOWN, OUTCOMES } from './closed-sets.js';
import { head, lines } from './csv.js';
import { field, h, newId, select, show, table } from './dom.js';
import { code, exact } from './foreign.js';
import { channel } from './format.js';
import { t } from './i18n.js';
import { retried } from './poll.js';

/** Rows that are shown at first, and again for each "Show more". */
const ROWS = 50;

/** An outcome: its word, with a mark whose shape says at a glance whether the message is taken back. */
export const mark = (outcome) => h('span', { class: `outcome ${standing(outcome)}` }, t(`outcome_${outcome}`));
const standing = (outcome) => (MAY_BE_SHOWN.includes(outcome) ? 'bad' : NOT_SHOWN.includes(outcome) ? 'neither' : 'good');

/** The list of one revocation; `latest` gives what is known of it now. */
export function outcomeList({ kind, id, rvk, signal, fail, latest }) {
  const outcome = select([['', t('all')], ['failures', t('failures')], ...OUTCOMES.map((one) => [one, t(`outcome_${one}`)])], '', { onchange: apply });
  const where = select([['', t('all')], ...CHANNELS.map((one) => [one, channel(one)])], '', { onchange: apply });
  const status = h('p', { role: 'status', class: 'quiet' });
  const list = h('div');
  const more = h('div', { class: 'buttons' });
  const csv = h('button', { type: 'button', onclick: download }, t('download_csv'));
  const headingId = newId('outcomes');
  const section = h('section', { class: 'outcomes', 'aria-labelledby': headingId },
    h('h2', { id: headingId }, t('deliveries')),
    h('form', { class: 'filters', 'aria-label': t('outcome_filter'), onsubmit: (event) => event.preventDefault() },
      field(t('outcome'), outcome), field(t('channel'), where), csv),
    status, list, more);
  let loading = new AbortController();
  let shown = null;
  signal.addEventListener('abort', () => loading.abort());

  function apply() {
    const params = new URLSearchParams();
    if (where.value) params.set('channel', where.value);
    if (outcome.value) params.set('outcome', outcome.value);
    location.hash = `${revocationHref(kind, id, rvk)}${params.size ? `?${params}` : ''}`;
  }

  function update(params) {
    outcome.value = params.get('outcome') ?? '';
    where.value = params.get('channel') ?? '';
    load();
  }

  /** Every outcome that the filter lets through, page by page of the API. */
  async function* pages(stop) {
    const counts = latest().progress.total.outcomes;
    const kinds = outcome.value === 'failures' ? MAY_BE_SHOWN.filter((one) => counts[one]) : [outcome.value];
    for (const one of kinds) {
      let cursor;
      do {
        const wanted = { channel: where.value, outcome: one, cursor };
        const page = await retried(() => api.outcomes(kind, id, rvk, wanted, stop), 10, stop);
        yield page.outcomes;
        cursor = page.next_cursor;
      } while (cursor);
    }
  }

  async function load() {
    loading.abort();
    loading = new AbortController();
    const mine = loading.signal;
    const source = pages(mine);
    let rows = [];
    let limit = 0;
    let ended = false;
    if (shown === null) show(status, t('loading'));
    await next();

    async function next() {
      limit += ROWS;
      try {
        while (rows.length < limit && !ended) {
          const page = await source.next();
          if (mine.aborted) return;
          if (page.done) ended = true;
          else rows = rows.concat(page.value);
        }
      } catch (error) {
        if (mine.aborted) return;
        if (error instanceof Problem && error.status === 401) fail(error);
        else show(list, problem(error, load));
        return;
      }
      shown = Math.min(limit, rows.length);
      const all = ended && shown === rows.length;
      show(status, t(all ? 'outcomes_all' : 'outcomes_first', { n: shown }));
      show(list, shown ? outcomeRows(rows.slice(0, shown)) : h('p', { class: 'empty' }, t('no_outcomes')));
      show(more, !all && h('button', { type: 'button', onclick: next }, t('show_more')));
    }
  }

  async function download() {
    csv.disabled = true;
    const text = [head()];
    let n = 0;
    try {
      for await (const some of pages(signal)) {
        text.push(lines(some));
        n += some.length;
        show(status, t('csv_rows', { n }));
      }
      const url = URL.createObjectURL(new Blob(text, { type: 'text/csv;charset=utf-8' }));
      h('a', { href: url, download: `${rvk}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && error.status === 401) fail(error);
      else show(list, problem(error, download));
    } finally {
      csv.disabled = false;
    }
  }

  return { section, update, load };
}

const outcomeRows = (rows) => table(t('outcomes'), [
  { label: t('target') }, { label: t('channel') }, { label: t('outcome') }, { label: t('reason') }, { label: t('batch') },
], rows.map((one) => [
  one.target ? exact(one.target) : t('deleted'), channel(one.channel), mark(one.outcome), code(one.reason), [code(one.batch_id), ` / ${one.slot}`],
]));
