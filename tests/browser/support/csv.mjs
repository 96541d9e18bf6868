// RFC 4180, read as a spreadsheet would.

/** Rows of cells. Anything that RFC 4180 does not allow is an error, but for a byte order mark. */
export function parse(whole) {
  const text = whole.replace(/^\ufeff/, '');
  const rows = [];
  let row = [];
  let at = 0;
  while (at < text.length) {
    const [cell, next] = text[at] === '"' ? quoted(text, at) : plain(text, at);
    row.push(cell);
    at = next;
    if (text[at] === ',') {
      at += 1;
      if (at === text.length) throw new Error('the file ends after a comma');
    } else if (text.startsWith('\r\n', at)) {
      rows.push(row);
      row = [];
      at += 2;
    } else {
      throw new Error(`neither a comma nor a line end follows ${cell}`);
    }
  }
  if (row.length > 0) throw new Error('the last line has no end');
  return rows;
}

function quoted(text, from) {
  let cell = '';
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] !== '"') cell += text[at];
    else if (text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else {
      return [cell, at + 1];
    }
  }
  throw new Error('a quote is never closed');
}

function plain(text, from) {
  const [cell] = /[^",\r\n]*/y[Symbol.match](text.slice(from));
  return [cell, from + cell.length];
}
