// Words in the language of whoever looks. A word that is missing shows as its key, and a test forbids that.

import en from './en.js';
import { plain } from './foreign.js';

const LOADERS = { zh: () => import('./zh.js') };
export const LANGUAGES = [['en', 'English'], ['zh', '中文']];
const KEY = 'console.language';

let words = en;
let plurals = new Intl.PluralRules('en');
export let language = 'en';

export function preferred() {
  const wanted = [localStorage.getItem(KEY), ...navigator.languages].filter(Boolean);
  for (const one of wanted) {
    const known = LANGUAGES.find(([code]) => one.toLowerCase().split('-')[0] === code);
    if (known) return known[0];
  }
  return 'en';
}

export async function use(code, remember) {
  if (remember) localStorage.setItem(KEY, code);
  words = LOADERS[code] ? (await LOADERS[code]()).default : en;
  language = code;
  plurals = new Intl.PluralRules(code);
  document.documentElement.lang = code === 'zh' ? 'zh-CN' : code;
}

/** t('pushes_count', { n: 3 }): `{n}` in the text is replaced; `one|other` chooses by `n`. A text that comes in is foreign. */
export function t(key, values = {}) {
  let text = words[key] ?? key;
  if (text.includes('|')) {
    const [one, other] = text.split('|');
    text = plurals.select(Number(values.n)) === 'one' ? one : other;
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : plain(value);
  });
}

export const has = (key) => key in words;
export const number = (value) => new Intl.NumberFormat(language).format(value);
