// What the service will say one day, or said once: an answer of the real one, altered on its way to the page.

import { world } from './world.mjs';

/** `change` is given what the API answered to a request whose address fits `pattern`, and gives what the page gets. */
export function altered(page, pattern, change) {
  return page.route(pattern, async (route) => {
    const request = route.request();
    const { pathname, search } = new URL(request.url());
    // Not through the browser's name of the host: only browsers resolve that.
    const answer = await fetch(`${world.api}${pathname}${search}`, {
      method: request.method(), headers: { authorization: request.headers().authorization, 'content-type': 'application/json' }, body: request.postData() ?? undefined,
    });
    await route.fulfill({ status: answer.status, contentType: answer.headers.get('content-type'), json: change(await answer.json()) });
  });
}
