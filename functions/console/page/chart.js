// Outcomes over time, as areas on top of each other. The same numbers stand in a table beside it.

import { h, s, show } from './dom.js';
import { duration } from './format.js';
import { number, t } from './i18n.js';
import { PARTS, parts } from './summary.js';

const WIDTH = 640;
const HEIGHT = 200;
const PAD = { left: 8, right: 8, top: 10, bottom: 24 };
/** From the bottom up: the parts of the bar that have ended. */
const SERIES = PARTS.slice(0, -1);
const MOST_SAMPLES = 240;

/** One look at a revocation: seconds since it was requested, and how many had ended how. */
export function sample(revocation, at) {
  return { ...parts(revocation), ms: Math.max(0, at - Date.parse(revocation.requested_at)), requested: revocation.summary.deliveries };
}

/** Those of a list that this version of the page understands: a tab may have kept them for an earlier one. */
export const understood = (samples) => (samples ?? []).filter((one) => [...SERIES, 'ms'].every((name) => Number.isFinite(one[name])));

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

/** As the parts of the bar have them in the style sheet: plain, striped one way, dotted, striped the other way. */
const LINES = { confirmed: '', accepted: 'M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4', not_shown: 'M4,4 h0.1', may_be_shown: 'M-2,6 l4,4 M0,0 l8,8 M6,-2 l4,4' };
const pattern = (name) => s('pattern', { id: `area-${name}`, class: `pattern ${name}`, width: '8', height: '8', patternUnits: 'userSpaceOnUse' },
  s('rect', { width: '8', height: '8' }), LINES[name] && s('path', { d: LINES[name] }));

export function chart(into, samples) {
  const points = [{ ms: 0, confirmed: 0, accepted: 0, not_shown: 0, may_be_shown: 0, requested: 0 }, ...samples];
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
      class: `area ${name}`, fill: `url(#area-${name})`,
      points: [...points.map((point, nth) => xy(point.ms, top[nth])), ...points.map((point, nth) => xy(point.ms, below[nth])).reverse()].join(' '),
    });
    below = top;
    return area;
  });
  const asked = points.filter((point) => point.requested !== null && point.ms > 0);
  const words = t('chart_words', {
    time: duration(last.ms), requested: last.requested ?? '?', confirmed: last.confirmed, accepted: last.accepted, not_shown: last.not_shown, may: last.may_be_shown,
  });
  show(into,
    s('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': words, preserveAspectRatio: 'none' },
      s('defs', null, SERIES.map(pattern)),
      [0.5, 1].map((part) => s('line', { class: 'grid', x1: PAD.left, x2: WIDTH - PAD.right, y1: y(most * part), y2: y(most * part) })),
      areas,
      asked.length > 0 && s('polyline', { class: 'asked', points: asked.map((point) => xy(point.ms, point.requested)).join(' ') }),
      s('line', { class: 'axis', x1: PAD.left, x2: WIDTH - PAD.right, y1: y(0), y2: y(0) })),
    h('p', { class: 'axis-words', 'aria-hidden': 'true' }, h('span', null, '0'), h('span', null, duration(end))),
    h('ul', { class: 'legend' },
      SERIES.toReversed().map((name) => h('li', null, h('span', { class: `swatch ${name}` }), `${t(`part_${name}`)}: `, h('strong', null, number(last[name])))),
      h('li', null, h('span', { class: 'swatch asked' }), `${t('series_requested')}: `, h('strong', null, last.requested === null ? '?' : number(last.requested)))));
}
