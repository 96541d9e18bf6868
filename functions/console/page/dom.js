// Makes elements. All text goes in as text: nothing here parses markup.

const SVG = 'http://www.w3.org/2000/svg';

/** h('a', { href, class, onclick }, 'text', child, [more], null) */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
export function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...flat(children));
  return element;
}

const flat = (children) => children.flat(9).filter((child) => child !== null && child !== undefined && child !== false);

/** Replaces what an element holds. */
export function show(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

let ids = 0;
export const newId = (of) => `${of}-${(ids += 1)}`;

/** A labelled control: <label> above it. */
export function field(label, control, hint) {
  control.id ||= newId('field');
  const hintId = hint && newId('hint');
  if (hintId) control.setAttribute('aria-describedby', hintId);
  return h('div', { class: 'field' },
    h('label', { for: control.id }, label), control, hint && h('p', { class: 'hint', id: hintId }, hint));
}

/** A <select> of [value, label] pairs. */
export function select(options, chosen, attributes) {
  const made = h('select', attributes, options.map(([value, label]) => h('option', { value }, label)));
  made.value = chosen ?? '';
  return made;
}

/** A table with a caption that is read and not shown. Each row is a list of cells; a cell is a node, a text, or { th }. */
export function table(name, columns, rows) {
  const cell = (content, nth) => {
    const column = columns[nth];
    return h(nth === 0 ? 'th' : 'td',
      { scope: nth === 0 ? 'row' : null, role: nth === 0 ? 'rowheader' : 'cell', class: column.number ? 'number' : null },
      h('span', { class: 'label', 'aria-hidden': 'true' }, column.label), h('span', { class: 'content' }, content));
  };
  return h('div', { class: 'scroll' }, h('table', { role: 'table' },
    h('caption', { class: 'hidden' }, name),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' },
      columns.map((column) => h('th', { scope: 'col', role: 'columnheader', class: column.number ? 'number' : null }, column.label)))),
    h('tbody', { role: 'rowgroup' }, rows.map((row) => h('tr', { role: 'row' }, row.map(cell))))));
}
