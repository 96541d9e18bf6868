// Outcomes over time, as areas on top of each other. The same numbers stand in a table beside it.

import { h, s, show } from './dom.js';
import { duration } from './format.js';
import { number, t } from './i18n.js';

const WIDTH = 640;
const HEIGHT = 220;
const PAD = { left: 8, right: 8, top: 10, bottom: 24 };
/** From the bottom up. */
export const SERIES = ['confirmed', 'accepted', 'other'];
const MOST_SAMPLES = 240;

/** One look at a revocation: seconds since it was requested, and how many had ended how. */
export function sample(revocation, at) {
  const { total } = revocation.progress;
  return {
    ms: Math.max(0, at - Date.parse(revocation.requested_at)),
    confirmed: total.confirmed_by_device,
    accepted: total.accepted_by_vendor - total.confirmed_by_device,
    other: total.ended - total.accepted_by_vendor,
    requested: total.requested,
  };
}

/** Adds a look, if it says something new; thins out when there are many. */
export function add(samples, next) {
  const last = samples.at(-1);
  const same = last && SERIES.every((name) => last[name] === next[name]) && last.requested === next.requested;
  // Of a level stretch its two ends are enough.
  const level = same && samples.length > 1 && SERIES.every((name) => samples.at(-2)[name] === next[name]);
  const kept = level ? samples.slice(0, -1) : samples;
  const all = [...kept, next];
  return all.length > MOST_SAMPLES ? all.filter((_, nth) => nth % 2 === 0 || nth === all.length - 1) : all;
}

export function chart(into, samples) {
  const points = [{ ms: 0, confirmed: 0, accepted: 0, other: 0, requested: 0 }, ...samples];
  const last = points.at(-1);
  const total = (point) => SERIES.reduce((sum, name) => sum + point[name], 0);
  const most = Math.max(1, ...points.map((point) => Math.max(point.requested ?? 0, total(point))));
  const end = Math.max(1000, last.ms);
  const x = (ms) => PAD.left + (ms / end) * (WIDTH - PAD.left - PAD.right);
  const y = (n) => HEIGHT - PAD.bottom - (n / most) * (HEIGHT - PAD.top - PAD.bottom);
  const xy = (ms, n) => `${x(ms).toFixed(1)},${y(n).toFixed(1)}`;

  let below = points.map(() => 0);
  const areas = SERIES.map((name) => {
    const top = points.map((point, nth) => below[nth] + point[name]);
    const area = s('polygon', {
      class: `area ${name}`,
      points: [...points.map((point, nth) => xy(point.ms, top[nth])), ...points.map((point, nth) => xy(point.ms, below[nth])).reverse()].join(' '),
    });
    below = top;
    return area;
  });
  const asked = points.filter((point) => point.requested !== null && point.ms > 0);
  const words = t('chart_words', {
    time: duration(last.ms), requested: last.requested ?? '?', confirmed: last.confirmed, accepted: last.accepted, other: last.other,
  });
  show(into,
    s('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': words, preserveAspectRatio: 'none' },
      [0.5, 1].map((part) => s('line', { class: 'grid', x1: PAD.left, x2: WIDTH - PAD.right, y1: y(most * part), y2: y(most * part) })),
      areas,
      asked.length > 0 && s('polyline', { class: 'asked', points: asked.map((point) => xy(point.ms, point.requested)).join(' ') }),
      s('line', { class: 'axis', x1: PAD.left, x2: WIDTH - PAD.right, y1: y(0), y2: y(0) })),
    h('p', { class: 'axis-words', 'aria-hidden': 'true' }, h('span', null, '0'), h('span', null, duration(end))),
    h('ul', { class: 'legend' },
      SERIES.toReversed().map((name) => h('li', null, h('span', { class: `swatch ${name}` }), `${t(`series_${name}`)}: `, h('strong', null, number(last[name])))),
      h('li', null, h('span', { class: 'swatch asked' }), `${t('series_requested')}: `, h('strong', null, last.requested === null ? '?' : number(last.requested)))));
}
