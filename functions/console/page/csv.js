// RFC 4180 with a byte order mark, so that Excel reads it as UTF-8; every text in quotes, and nothing that a
// spreadsheet would run or make over, whatever it takes for a separator. A cell pastes back: paste.js.

import { write } from './paste.js';

const COLUMNS = ['batch_id', 'slot', 'channel', 'target', 'outcome', 'reason'];

export function cell(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  return `"${write(value).replaceAll('"', '""')}"`;
}

const line = (cells) => `${cells.join(',')}\r\n`;
export const head = () => `\ufeff${line(COLUMNS.map(cell))}`;
export const lines = (outcomes) => outcomes.map((one) => line(COLUMNS.map((name) => cell(one[name])))).join('');
