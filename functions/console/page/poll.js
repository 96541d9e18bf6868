// Asks again and again: quickly while something moves, slowly when nothing does,
// with back-off while the line is cut, and at once when it is back or the tab is looked at.

import { Offline, Problem } from './api.js';
import { onOtherTabs } from './session.js';
import { t } from './i18n.js';

const FIRST_MS = 1000;
const MOST_MS = 30_000;

/**
 * Calls `ask` until `signal` aborts. `ask` returns how long to wait, in ms. A
 * lost line and a busy service are waited out; any other error goes to `failed` and ends it.
 * Returns a function that asks at once.
 */
export function poll(ask, failed, signal) {
  let timer = 0;
  let wait = FIRST_MS;
  let busy = false;
  let again = false;

  async function now() {
    clearTimeout(timer);
    if (signal.aborted) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    let next;
    try {
      next = await ask();
      wait = FIRST_MS;
      online();
    } catch (error) {
      if (signal.aborted) return;
      if (!passes(error)) {
        online();
        failed(error);
        return;
      }
      wait = Math.min(Math.max(wait * 2, (error.retryAfter ?? 0) * 1000), MOST_MS);
      next = wait * (0.75 + Math.random() / 2);
      offline(next, error);
    } finally {
      busy = false;
    }
    if (again) {
      again = false;
      next = 0;
    }
    // A tab nobody looks at asks again when somebody does.
    timer = setTimeout(() => document.hidden || now(), next);
  }

  const looked = () => document.visibilityState === 'visible' && now();
  addEventListener('online', now, { signal });
  document.addEventListener('visibilitychange', looked, { signal });
  onOtherTabs(now, signal);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    online();
  });
  now();
  return now;
}

/** Does it go away by waiting? */
export const passes = (error) =>
  error instanceof Offline || (error instanceof Problem && (error.status === 429 || error.status >= 502));

/** Calls once more after each failure that passes, a few times. */
export async function retried(ask, tries, signal) {
  for (let nth = 1; ; nth += 1) {
    try {
      const answer = await ask();
      online();
      return answer;
    } catch (error) {
      if (signal?.aborted || nth >= tries || !passes(error)) {
        online();
        throw error;
      }
      const wait = Math.max(FIRST_MS * 2 ** (nth - 1), (error.retryAfter ?? 0) * 1000) * (0.75 + Math.random() / 2);
      offline(wait, error);
      await new Promise((resolve) => {
        setTimeout(resolve, wait);
        signal?.addEventListener('abort', resolve);
      });
    }
  }
}

/** Said once for each try: a countdown would talk all the time. */
function offline(ms, error) {
  const words = t(error instanceof Offline ? 'offline' : 'busy', { n: Math.max(1, Math.round(ms / 1000)) });
  document.getElementById('connection').textContent = words;
}

function online() {
  const line = document.getElementById('connection');
  if (line.textContent) line.textContent = '';
}
