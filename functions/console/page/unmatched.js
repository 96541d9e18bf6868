// Targets that are named and have no delivery: nobody is taken anything back from because of them.

import { h } from './dom.js';
import { exact } from './foreign.js';
import { t } from './i18n.js';

/** Above this many the names are folded away. */
const FEW = 5;

/** The warning, or null. `when` is `before` (the dry run) or `after` (the revocation). */
export function unmatched(answer, named, when) {
  const found = answer.unmatched_targets;
  if (!found?.count) {
    return answer.unmatched_known === false ? h('p', { class: 'note' }, t('unmatched_unknown')) : null;
  }
  const { count, names = [] } = found;
  const more = count - names.length;
  const list = h('ul', { class: 'names' },
    names.map((name) => h('li', null, exact(name))), more > 0 && h('li', null, t('unmatched_more', { n: more })));
  const title = count >= named ? t('unmatched_all', { n: count }) : t('unmatched_some', { n: count, of: named });
  return h('div', { class: 'note', role: 'group', 'aria-label': t('unmatched_title') },
    h('p', null, h('strong', null, title)),
    h('p', null, t(`unmatched_${when}`)),
    names.length > FEW ? h('details', null, h('summary', null, t('unmatched_names')), list) : list);
}
