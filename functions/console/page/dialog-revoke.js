// The dialog that takes a push back. Nothing can be revoked before the dry run
// has said what would happen, for exactly the scope and notice that are asked for.

import { Problem, api } from './api.js';
import { problem } from './app.js';
import { revocationHref } from './pushes.js';
import { CHANNELS } from './closed-sets.js';
import { field, h, newId, show, table } from './dom.js';
import { code, exact, said as prose } from './foreign.js';
import { channel, countdown } from './format.js';
import { number, t } from './i18n.js';
import { one as pasted, read } from './paste.js';
import { retried } from './poll.js';
import { remember, session, tellTabs } from './session.js';
import { unmatched } from './unmatched.js';

/** Above this many deliveries the id must be typed. */
const MANY = 10_000;
const MOST_TARGETS = 1000;
const SETTLE_MS = 400;

export function openRevokeDialog(push, opener) {
  const abort = new AbortController();
  const { signal } = abort;
  let preview = null;
  let asked = 0;
  let timer = 0;
  let sending = false;

  const reason = h('textarea', { rows: '2', required: true, maxlength: '500', dir: 'auto', autofocus: true, oninput: ready });
  const radios = h('div', { class: 'radios' });
  const channels = h('fieldset', { class: 'checks', hidden: true }, h('legend', { class: 'hidden' }, t('some_channels')));
  const targets = h('textarea', { rows: '4', spellcheck: 'false', dir: 'auto', oninput: later });
  const cleaned = h('p', { role: 'status', class: 'cleaned', 'aria-label': t('targets_read') });
  const targetsField = field(t('targets'), targets, t('targets_hint'));
  targetsField.append(cleaned);
  const title = h('input', { type: 'text', dir: 'auto', maxlength: '40', oninput: later });
  const text = h('input', { type: 'text', dir: 'auto', maxlength: '100', oninput: later });
  const typed = h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', oninput: ready });
  const typedField = field(t('type_id'), typed, code(push.id));
  const what = h('div', { class: 'what' });
  const counted = h('p', { role: 'status', class: 'hidden' });
  const said = h('div');
  const button = h('button', { class: 'danger' }, t('revoke'));
  let scope = 'everything';
  targetsField.hidden = typedField.hidden = true;
  const group = newId('scope');
  for (const one of ['everything', 'some_channels', 'some_targets']) {
    const radio = h('input', { type: 'radio', name: group, value: one, id: newId('radio'), onchange: () => choose(one) });
    radio.checked = one === scope;
    radios.append(h('label', { class: 'check' }, radio, t(one)));
  }

  const headingId = newId('dialog');
  const dialog = h('dialog', { 'aria-labelledby': headingId, class: 'revoke', oncancel: escape, onclose: gone },
    h('form', { onsubmit: submit, novalidate: true },
      h('header', null, h('h2', { id: headingId }, t('revoke_this')), h('p', { class: 'of' }, prose(push.title), ' ', code(push.id))),
      h('div', { class: 'columns' },
        h('div', null,
          field(t('reason'), reason, t('reason_hint')),
          h('fieldset', null, h('legend', null, t('what_to_revoke')), radios, channels, targetsField),
          h('details', { role: 'group', 'aria-label': t('other_notice') }, h('summary', null, t('other_notice')), field(t('notice_title'), title), field(t('notice_text'), text))),
        h('div', null, what, counted, typedField, said)),
      h('footer', null, h('button', { type: 'button', class: 'plain', onclick: close }, t('cancel')), button)));
  document.body.append(dialog);
  // A view that goes away takes its dialog along.
  addEventListener('hashchange', close, { signal });
  dialog.showModal();
  dryRun();

  function escape(event) {
    event.preventDefault();
    if (!sending) close();
  }

  /** At once: a browser may say `close` frames later, when another dialog is open. */
  function close() {
    dialog.close();
    gone();
  }

  function gone() {
    if (signal.aborted) return;
    abort.abort();
    clearTimeout(timer);
    dialog.remove();
    if (opener.isConnected) opener.focus();
  }

  function choose(one) {
    scope = one;
    channels.hidden = one !== 'some_channels';
    targetsField.hidden = one !== 'some_targets';
    later();
  }

  const named = () => read(targets.value).targets;
  const isTyped = () => [typed.value.trim(), pasted(typed.value)].includes(push.id);

  /** What will be taken of what stands in the box, and what was left out. */
  function sayCleaned() {
    const { targets: found, left } = read(targets.value);
    const removed = Object.entries(left).filter(([, n]) => n > 0).map(([kind, n]) => t(`left_${kind}`, { n }));
    const parts = targets.value.trim() ? [t('targets_found', { n: found.length }), ...removed] : [];
    cleaned.textContent = parts.join(' ');
  }

  const ticked = () => [...channels.querySelectorAll('input:checked')].map((box) => box.value);

  /** The request, or the word for what is missing. */
  function request() {
    const body = {};
    if (scope === 'some_channels') {
      body.scope = { channels: ticked() };
      if (!body.scope.channels.length) return 'choose_channel';
    }
    if (scope === 'some_targets') {
      body.scope = { targets: named() };
      if (!body.scope.targets.length) return 'name_target';
      if (body.scope.targets.length > MOST_TARGETS) return 'too_many_targets';
    }
    const notice = { title: title.value.trim(), text: text.value.trim() };
    if (notice.title || notice.text) {
      if (!notice.title || !notice.text) return 'whole_notice';
      body.notice = notice;
    }
    return body;
  }

  /** What was shown is no longer what is asked for. */
  function later() {
    preview = null;
    asked += 1;
    sayCleaned();
    ready();
    clearTimeout(timer);
    timer = setTimeout(dryRun, SETTLE_MS);
  }

  async function dryRun() {
    const mine = (asked += 1);
    const body = request();
    if (typeof body === 'string') {
      show(what, h('h3', null, t('what_will_happen')), h('p', { class: 'empty' }, t(body)));
      ready();
      return;
    }
    show(said);
    show(what, h('h3', null, t('what_will_happen')), h('p', { class: 'loading' }, t('counting')));
    try {
      const answer = await retried(() => api.revoke(push.kind, push.id, { ...body, reason: 'dry run', dry_run: true }, signal), 10, signal);
      if (mine !== asked) return;
      preview = answer;
      if (scope === 'everything') offer(Object.keys(answer.channels));
      show(what, h('h3', null, t('what_will_happen')), ...happening(push, answer, body.scope?.targets?.length));
      counted.textContent = counts(answer);
    } catch (error) {
      if (signal.aborted || mine !== asked) return;
      if (error instanceof Problem && error.status === 401) return leave(error);
      show(what, h('h3', null, t('what_will_happen')), problem(error, dryRun));
    }
    ready();
  }

  /** The channels that the push has deliveries on. */
  function offer(codes) {
    if (channels.querySelector('input')) return;
    const known = CHANNELS.filter((code) => codes.includes(code));
    const box = (code) => h('label', { class: 'check' }, h('input', { type: 'checkbox', value: code, onchange: later }), channel(code));
    channels.append(...(known.length ? known : CHANNELS).map(box));
  }

  function ready() {
    const many = preview?.verdict === 'accept' && preview.deliveries > MANY;
    typedField.hidden = !many;
    button.textContent = !preview || preview.verdict !== 'accept' ? t('revoke')
      : scope === 'some_targets' ? t('revoke_targets', { n: named().length }) : t('revoke_n', { n: preview.deliveries });
    button.disabled = sending || preview?.verdict !== 'accept' || !reason.value.trim() || (many && !isTyped());
  }

  async function submit(event) {
    event.preventDefault();
    if (button.disabled) return;
    sending = true;
    button.disabled = true;
    button.textContent = t('revoking');
    show(said);
    const started = performance.now();
    try {
      const body = { ...request(), reason: reason.value.trim() };
      // Asked again after a lost answer, it is the same revocation.
      const revocation = await retried(() => api.revoke(push.kind, push.id, body, signal), 10, signal);
      remember(revocation.id, { gateMs: performance.now() - started });
      tellTabs();
      location.hash = revocationHref(push.kind, push.id, revocation.id);
      close();
    } catch (error) {
      sending = false;
      if (signal.aborted) return;
      if (error instanceof Problem && error.status === 401) return leave(error);
      show(said, problem(error));
      ready();
    }
  }

  function leave(error) {
    close();
    session.end(error);
    location.hash = `#/sign-in?next=${encodeURIComponent(location.hash)}`;
  }
}

/** The dry run's answer. */
function happening(push, preview, named) {
  if (preview.verdict === 'already_revoked') {
    return [h('p', { class: 'note' }, t('already_revoked'), ' ', h('a', { href: revocationHref(push.kind, push.id, preview.revocation_id) }, exact(preview.revocation_id)))];
  }
  const refused = preview.verdict === 'refuse' && h('div', { role: 'alert', class: 'problem' },
    h('p', null, h('strong', null, t(`refused_${preview.refusal.replaceAll('-', '_')}`))));
  const rows = CHANNELS.filter((one) => preview.channels[one]).map((one) => [one, preview.channels[one]]);
  const methods = new Set(rows.filter(([, one]) => one.revocable > 0).map(([, one]) => one.method));
  return [
    refused,
    preview.deliveries > 0 && h('p', { class: 'strong' }, canTakeBack(preview)),
    unmatched(preview, named, 'before'),
    rows.length ? table(t('what_will_happen'), [
      { label: t('channel') }, { label: t('deliveries'), number: true }, { label: t('how') }, { label: t('taken_back'), number: true }, { label: t('not_taken_back') },
    ], rows.map(([name, one]) => [channel(name), number(one.deliveries), how(one), number(one.revocable), rest(one)]))
      : h('p', { class: 'empty' }, t('no_deliveries_yet')),
    !preview.exact && h('p', { class: 'note' }, upperBounds(preview)),
    h('p', null, t('window_left'), ': ', countdown(preview.closes_at, { class: 'strong' })),
    shown(preview.notice, methods),
  ].filter(Boolean);
}

/** Of how many, as far as it is known. */
function canTakeBack(preview) {
  const n = Object.values(preview.channels).reduce((sum, one) => sum + one.revocable, 0);
  return t(preview.exact ? 'can_take_back' : 'can_take_back_at_most', { n, of: preview.deliveries });
}

const upperBounds = ({ unexamined_deliveries: n, deliveries: of }) => (n === undefined ? t('upper_bounds') : t('unexamined', { n, of }));

/** For those who listen: the same as the first lines of the answer. */
function counts(preview) {
  const n = preview.unmatched_targets?.count ?? 0;
  return [t('counted', { n: preview.deliveries }), n > 0 && t('unmatched_count', { n })].filter(Boolean).join('. ');
}

const how = (one) => t(one.capability === 'able' ? `method_${one.method}` : one.capability);

function rest(one) {
  if (one.capability !== 'able') return one.deliveries ? t('all') : '–';
  const parts = ['not_revocable', 'too_late', 'stopped'].filter((why) => one[why] > 0).map((why) => t(`rest_${why}`, { n: one[why] }));
  return parts.join(', ') || '–';
}

/** What the phones will say. */
function shown(notice, methods) {
  const id = newId('shown');
  const locales = Object.entries(notice.locales ?? {});
  const phone = (local, language) => h('div', { class: 'phone', lang: language ?? null },
    language && h('span', { class: 'quiet' }, language), h('strong', null, prose(local.title)), h('span', null, prose(local.text)));
  return h('div', { role: 'group', 'aria-labelledby': id },
    h('h3', { id }, t('devices_show')),
    phone(notice), locales.map(([language, local]) => phone(local, language)),
    (methods.has('recall') || methods.has('recall_then_overwrite')) && h('p', { class: 'quiet' }, t('or_removed')));
}
