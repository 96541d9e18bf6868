// What people paste: columns of spreadsheets, lists from chats and from code, lines of our own CSV.
// `read` finds the targets in it and says what it left out; `write` makes a text that `read` gives back exactly.

import { UNSEEN } from './unseen.js';

/** What separates cells is none of what nobody sees, and an odd blank is a blank. */
const SEPARATOR = /[\t\n\r\u2028\u2029\x85]/;
const BLANK = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/;
const UNSEEN_ALL = new RegExp(UNSEEN, 'gu');
const PAIRS = { '"': '"', "'": "'", '`': '`', '“': '””“', '”': '”', '„': '“”', '‟': '”', '‘': '’', '’': '’', '‚': '‘’', '‛': '’', '«': '»', '»': '«', '‹': '›', '›': '‹', '「': '」', '『': '』', '＂': '＂', '＇': '＇', '〝': '〞〟', '《': '》', '<': '>' };
const AT_END = /[,;，；、﹐﹔]+$/u;

/** What a spreadsheet takes for the beginning of a formula, and what it may take for the end of a cell. */
const FORMULA = /^[ "']*[=+\-@\t\r\n＝＋－﹣＠﹦﹢]/u;
const AFTER_END = /(?<=[;,|\t\r\n])(?=[ "']*[=+\-@\t\r\n＝＋－﹣＠﹦﹢])/gu;
const AFTER_END_GUARDED = /(?<=[;,|\t\r\n])'(?=[ "']*[=+\-@\t\r\n＝＋－﹣＠﹦﹢])/gu;

/** What a spreadsheet takes for a number, a date or a truth, and writes back in another way. */
const MONTH = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*';
const MADE_OVER = new RegExp(`^(?!(0|[1-9]\\d{0,10})$)[.\\d][\\d.,:/%\\seE\\-+]*$|^${MONTH}[\\s./-]*\\d+$|^\\d+[\\s./-]*${MONTH}([\\s./-]*\\d+)?$|^(true|false)$`, 'i');

const KINDS = ['invisible', 'blanks', 'quotes', 'separators', 'guards', 'twice'];

/**
 * `{ targets, left: { invisible, blanks, quotes, separators, guards, twice } }`: the texts in order, each once,
 * and how many invisible characters, odd blanks, pairs of quotes, separators and guards of our CSV were left out.
 */
export function read(text) {
  const left = Object.fromEntries(KINDS.map((kind) => [kind, 0]));
  const targets = new Set();
  for (const cell of cells(visible(text, left), left)) {
    const found = unguarded(cell, left);
    if (!found) continue;
    if (targets.has(found)) left.twice += 1;
    targets.add(found);
  }
  return { targets: [...targets], left };
}

/** The one text that is meant: of several the first. */
export const one = (text) => read(text).targets[0] ?? '';

function visible(text, left) {
  return text.replace(UNSEEN_ALL, (one) => {
    if (SEPARATOR.test(one)) return one;
    left[BLANK.test(one) ? 'blanks' : 'invisible'] += 1;
    return BLANK.test(one) ? ' ' : '';
  });
}

/** Cells end at tabs and line ends; one in quotes also at a comma or a semicolon, as in a CSV. */
function cells(text, left) {
  const found = [];
  let at = 0;
  while (at < text.length) {
    const quoted = / *"((?:[^"]|"")*)" *(?=[\t\n\r,;\u2028\u2029\x85]|$)[,;]?/y;
    quoted.lastIndex = at;
    const match = quoted.exec(text);
    if (match) {
      left.quotes += 1;
      found.push(...match[1].replaceAll('""', '"').split(SEPARATOR));
      at = quoted.lastIndex;
    } else {
      const end = text.slice(at).search(SEPARATOR);
      const until = end < 0 ? text.length : at + end;
      if (until > at) found.push(text.slice(at, until));
      at = until;
    }
    if (SEPARATOR.test(text[at] ?? '')) at += 1;
  }
  return found;
}

/** Without what stands around it in chats and in code: `"user-77",` */
function bare(cell, left) {
  let text = cell.trim();
  for (;;) {
    const before = text;
    const ended = text.replace(AT_END, '').trim();
    if (ended !== text) left.separators += 1;
    text = ended;
    if (text.length > 1 && PAIRS[text[0]]?.includes(text.at(-1))) {
      left.quotes += 1;
      text = text.slice(1, -1).trim();
    }
    if (text === before) return text;
  }
}

const none = () => Object.fromEntries(KINDS.map((kind) => [kind, 0]));

/** Would a spreadsheet, or `read`, make something else of it? */
function needsGuard(text) {
  if (FORMULA.test(text) || MADE_OVER.test(text)) return true;
  const alone = cells(text, none());
  return alone.length !== 1 || alone[0] !== text || bare(text, none()) !== text;
}

const inQuotes = (text) => /^'.*'[\s,;，；、]*$/su.test(text);

/** A text as a cell that no spreadsheet runs or makes over, and that `read` gives back as it was. */
export function write(text) {
  const inner = text.replace(AFTER_END, "'");
  if (inner.startsWith("'")) return `''${inner}`;
  if (!needsGuard(inner)) return inner;
  return inQuotes(`'${inner}`) ? `''${inner}` : `'${inner}`;
}

function unguarded(cell, left) {
  const text = cell.trim();
  let found;
  if (text.startsWith("''")) found = text.slice(2);
  else if (text.startsWith("'") && !inQuotes(text) && needsGuard(text.slice(1))) found = text.slice(1);
  if (found === undefined) found = bare(text, left);
  else left.guards += 1;
  return found.replace(AFTER_END_GUARDED, () => {
    left.guards += 1;
    return '';
  });
}
