// Text that is not ours: titles, ids, targets, reasons, names. It may be in any script, and it may hold characters
// that turn around what stands beside it. Nothing of it goes into the page but through here.

import { h } from './dom.js';
import { UNSEEN } from './unseen.js';

const OPENS = /[\u2066\u2067\u2068]/;
const CLOSES = '\u2069';
/** Ends a paragraph, and with it every isolation. */
const BREAKS = /[\n\r\x1c-\x1e\x85\u2029]/g;

/**
 * The text with as many ends of isolations as it has beginnings. One end too many would end ours, and what is
 * beside the text would be turned around; one too few would take what follows along.
 */
export function balanced(text) {
  let open = 0;
  let made = '';
  for (const one of text) {
    if (one === CLOSES && open === 0) continue;
    if (one === CLOSES) open -= 1;
    if (OPENS.test(one)) open += 1;
    made += one;
  }
  return made + CLOSES.repeat(open);
}

/** Foreign prose: a title, a reason, a notice, a name that people chose. Lines stay lines. */
export const said = (text) => h('bdi', { dir: 'auto' }, lines(String(text)));

/** Each line for itself: an isolation does not reach over the end of a line. */
function lines(text) {
  const [first, ...rest] = text.split(/\r\n|[\n\r\x85\u2028\u2029]/);
  return [balanced(first), ...rest.flatMap((line) => [h('br'), h('bdi', { dir: 'auto' }, balanced(line))])];
}

const UNSEEN_ONE = new RegExp(UNSEEN, 'u');

/** A foreign name that must be read exactly: an id, a target, a code. What cannot be seen is written out. */
export const exact = (text) => h('bdi', { dir: 'ltr' }, pieces(String(text)));
export const code = (text) => h('code', null, exact(text));

function pieces(text) {
  const made = [];
  let plain = '';
  for (const one of text) {
    if (!UNSEEN_ONE.test(one)) {
      plain += one;
      continue;
    }
    if (plain) made.push(plain);
    plain = '';
    made.push(h('span', { class: 'unseen' }, `U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`));
  }
  return [...made, plain];
}

/** Foreign text where there can be no elements: in a name, a sentence, the tab's title. */
export function plain(text) {
  const one = String(text);
  return /^[\x20-\x7e]*$/.test(one) ? one : `\u2068${balanced(one.replace(BREAKS, ' '))}${CLOSES}`;
}

/** Who asked for something: the key's label, if people gave it one, and its id. */
export const who = (id, label) => (label ? [said(label), ' (', code(id), ')'] : [code(id)]);
