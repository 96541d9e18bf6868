// Who is there? A key that may read is let in.

import { Problem, api } from './api.js';
import { problem } from './app.js';
import { field, h, show } from './dom.js';
import { t } from './i18n.js';
import { one } from './paste.js';
import { session } from './session.js';

export default function signIn({ main, route, signal }) {
  const key = h('input', { type: 'password', autocomplete: 'off', spellcheck: 'false', required: true, id: 'key' });
  const said = h('div');
  const button = h('button', { class: 'primary' }, t('sign_in'));

  async function submit(event) {
    event.preventDefault();
    const given = one(key.value);
    if (!given) return;
    button.disabled = true;
    show(said);
    try {
      if (!/^[\x21-\x7e]+$/.test(given)) throw new Problem(401, { title: t('key_shape'), detail: t('key_hint') });
      const me = await api.me(given, signal);
      if (me.role === 'sender') throw new Problem(403, { title: t('sender_title'), detail: t('sender_detail') });
      session.begin(given, me);
      // Only a view of this page.
      const next = route.params.get('next') ?? '';
      location.replace(next.startsWith('#/') ? next : '#/pushes');
    } catch (error) {
      if (signal.aborted) return;
      show(said, problem(error));
      key.setAttribute('aria-invalid', 'true');
      key.focus();
      key.select();
    } finally {
      button.disabled = false;
    }
  }

  if (session.ended) show(said, problem(session.ended));
  document.title = `${t('sign_in')} · ${t('brand')}`;
  main.append(h('section', { class: 'sign-in card' },
    h('h1', null, t('sign_in')),
    h('form', { onsubmit: submit }, field(t('access_key'), key, t('key_hint')), said, button)));
  key.focus();
}
