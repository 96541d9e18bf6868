// What a revocation came to, first of all: how much is taken back, how much may still be shown and why, and what
// can be done. The service adds it up (`summary`); here it gets words, and a bar that is made of these parts.

import { h } from './dom.js';
import { channel } from './format.js';
import { number, t } from './i18n.js';

/** The parts of the bar. Each has a pattern of its own: one must not need colours to tell them apart. */
export const PARTS = ['confirmed', 'accepted', 'not_shown', 'may_be_shown', 'outstanding'];

/** How many deliveries are in each part. `outstanding` is null while nobody knows. */
export function parts({ summary, progress: { total } }) {
  return {
    confirmed: total.confirmed_by_device,
    accepted: summary.taken_back - total.confirmed_by_device,
    not_shown: summary.not_shown,
    may_be_shown: summary.may_be_shown,
    outstanding: summary.outstanding,
  };
}

/** "0 of 4,950 taken back": the first thing to know. */
export function headline({ state, summary: { deliveries, taken_back: n } }) {
  if (deliveries === null) return t('taken_back_so_far', { n });
  if (deliveries === 0) return t(state === 'settled' ? 'nothing_taken_back' : 'nothing_found_yet');
  return t(state === 'settled' ? 'taken_back_of' : 'taken_back_of_so_far', { n, of: deliveries });
}

/** The rest in one line: what may still be shown, what is not shown, what is not ended. */
export function rest({ summary }) {
  return ['may_be_shown', 'not_shown', 'outstanding'].filter((name) => summary[name] > 0)
    .map((name) => t(`rest_${name}`, { n: summary[name] })).join(' ');
}

export const words = (revocation) => [headline(revocation), rest(revocation)].filter(Boolean).join(' ');

/** The bar, of parts. To those who listen: how much has ended, and in words what became of it. */
export function bar(revocation) {
  const counts = parts(revocation);
  const { deliveries } = revocation.summary;
  const ended = revocation.progress.total.ended;
  const known = deliveries > 0;
  const made = h('div', {
    class: 'bar', role: 'progressbar', 'aria-label': t('progress'), 'aria-valuetext': words(revocation),
    'aria-valuemin': '0', 'aria-valuemax': known ? deliveries : null, 'aria-valuenow': known ? ended : null,
  });
  for (const name of PARTS) {
    if (!counts[name]) continue;
    const part = h('span', { class: `part ${name}` });
    part.style.flexGrow = counts[name];
    made.append(part);
  }
  // Nobody knows yet how much there is.
  if (deliveries === null) made.append(h('span', { class: 'part unknown' }));
  return made;
}

/** What the parts of the bar are, with their numbers. */
export function legend(revocation) {
  const counts = parts(revocation);
  return h('ul', { class: 'legend' }, PARTS.filter((name) => counts[name] || name === 'accepted')
    .map((name) => h('li', null, h('span', { class: `swatch ${name}` }), `${t(`part_${name}`)}: `, h('strong', null, number(counts[name])))));
}

/** Can what failed still be tried again? */
export const mayReplay = (group) => ['replay', 'check_setting'].includes(group.remedy) && Date.parse(group.until) > Date.now();

/** Why messages were not taken back, and what can be done about each. */
export function reasons({ summary }) {
  if (!summary.groups.length) return null;
  const remedy = (group) => (group.until && !mayReplay(group) ? t('remedy_closed') : t(`remedy_${group.why}`));
  return h('ul', { class: 'reasons' }, summary.groups.map((group) => h('li', { class: group.standing },
    h('strong', { class: 'count' }, number(group.deliveries)),
    h('span', null, h('strong', null, t(`why_${group.why}`)), ' ', remedy(group)))));
}

/** A vendor that knows none of our devices: perhaps the setting is ours. Null if nothing is suspected. */
export function suspicion({ progress: { total, channels } }) {
  if (!total.suspected) return null;
  const where = Object.entries(channels).filter(([, one]) => one.suspected > 0);
  return h('div', { class: 'note', role: 'group', 'aria-label': t('suspected_title') },
    h('p', null, h('strong', null, t('suspected_title'))),
    h('p', null, t('suspected_detail', { n: total.suspected })),
    where.length > 0 && h('ul', null, where.map(([code, one]) => h('li', null, `${channel(code)}: ${number(one.suspected)}`))));
}
