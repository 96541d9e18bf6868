// What docs/web-push.md asks of a site's service worker, and the site's own messages before it.

self.addEventListener("push", (event) => {
  const message = event.data?.json() ?? {};
  if (!message.revoke) return; // the site's own messages
  const { title, body, tag, silent } = message.notification;
  event.waitUntil(self.registration.showNotification(title, { body, tag, silent, renotify: false }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
});

// The site's own.
self.addEventListener("push", (event) => {
  const message = event.data.json();
  if (message.revoke) return;
  event.waitUntil(self.registration.showNotification(message.title, { body: message.body, tag: message.tag }));
});
