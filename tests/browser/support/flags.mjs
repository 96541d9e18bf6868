// A browser that is root's in a container, has no screen, and asks nobody for anything.

export const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--no-proxy-server',
  // Each page lives for seconds: to compile what runs often costs more than it saves.
  '--js-flags=--no-opt',
];
