// Times, durations, states.

import { CHANNEL_LABELS } from './closed-sets.js';
import { h } from './dom.js';
import { language, t } from './i18n.js';

/** A time in the viewer's zone; UTC on hover. */
export function time(at, seconds = true) {
  if (!at) return '–';
  const date = new Date(at);
  const text = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: seconds ? '2-digit' : undefined,
  }).format(date);
  const utc = `${date.toISOString().replace('T', ' ').slice(0, 19)} UTC`;
  return h('time', { datetime: date.toISOString(), title: utc }, text);
}

/** "6 d 23 h 58 min": the two or three largest parts. */
export function left(ms) {
  if (ms <= 0) return t('closed');
  const s = Math.floor(ms / 1000);
  const [d, hours, min, sec] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60, s % 60];
  if (d > 0) return t('left_days', { d, h: hours, m: min });
  if (hours > 0) return t('left_hours', { h: hours, m: min });
  return t('left_minutes', { m: min, s: sec });
}

/** "230 ms", "8.5 s", "2 min 5 s". */
export function duration(ms) {
  if (ms < 1000) return t('ms', { n: Math.round(ms) });
  if (ms < 60000) return t('seconds', { n: (ms / 1000).toFixed(1) });
  return t('minutes', { m: Math.floor(ms / 60000), s: Math.round(ms / 1000) % 60 });
}

export const badge = (state) => h('span', { class: `badge ${state}` }, t(`state_${state}`));
export const channel = (code) => CHANNEL_LABELS[language][code] ?? code;

/** An element whose text counts down to `at`, until it leaves the page. */
export function countdown(at, attributes) {
  const end = Date.parse(at);
  const element = h('span', attributes);
  const tick = () => {
    const remains = end - Date.now();
    const words = left(remains);
    if (element.textContent !== words) element.textContent = words;
    element.classList.toggle('soon', remains < 24 * 3600e3);
    if (remains <= 0 || (ticking && !element.isConnected)) clearInterval(ticking);
  };
  let ticking = 0;
  tick();
  ticking = setInterval(tick, 1000);
  return element;
}
