// Who is signed in: the key lives in this tab's sessionStorage and nowhere else.

const KEY = 'console.key';

export const session = {
  key: sessionStorage.getItem(KEY),
  /** What GET /v1/me says. */
  me: null,
  /** Why the last one ended, shown once. */
  ended: null,

  begin(key, me) {
    this.key = key;
    this.me = me;
    this.ended = null;
    sessionStorage.setItem(KEY, key);
  },

  end(why) {
    this.key = null;
    this.me = null;
    this.ended = why ?? null;
    sessionStorage.clear();
  },

  get mayRevoke() {
    return ['operator', 'admin'].includes(this.me?.role);
  },
};

/** What this tab remembers of a revocation it asked for or watched. */
export function remember(id, change) {
  const known = recall(id);
  try {
    sessionStorage.setItem(`rvk.${id}`, JSON.stringify({ ...known, ...change }));
  } catch {
    // Full: the chart starts over after a reload.
  }
}

export function recall(id) {
  try {
    return JSON.parse(sessionStorage.getItem(`rvk.${id}`)) ?? {};
  } catch {
    return {};
  }
}

/** Tells the other tabs that a push has changed, and hears it from them. */
const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('console') : null;
export const tellTabs = () => tabs?.postMessage('changed');
export function onOtherTabs(then, signal) {
  tabs?.addEventListener('message', then, { signal });
}
