// RFC 4180, and nothing that a spreadsheet would run.

const COLUMNS = ['batch_id', 'slot', 'channel', 'target', 'outcome', 'reason'];

/** A cell. One that a spreadsheet would take for a formula gets an apostrophe in front. */
export function cell(value) {
  const text = value === null || value === undefined ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const head = () => `${COLUMNS.join(',')}\r\n`;
export const lines = (outcomes) => outcomes.map((one) => `${COLUMNS.map((name) => cell(one[name])).join(',')}\r\n`).join('');
