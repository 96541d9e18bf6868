// The processes of deployed functions. Each remembers access keys for a minute; a new one remembers none.

import { readFileSync, readdirSync } from 'node:fs';

import { world } from './world.mjs';

/** Ends a function's processes, as a crash or a deployment would. */
export function restart(name) {
  const wanted = [`AWS_LAMBDA_FUNCTION_NAME=message-revoke-${name}`, `AWS_ENDPOINT_URL=${world.keys_command.env.AWS_ENDPOINT_URL}`];
  for (const pid of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const has = environment(pid);
    if (wanted.every((entry) => has.includes(entry))) process.kill(Number(pid), 'SIGKILL');
  }
}

function environment(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    // It has ended meanwhile, or is somebody else's.
    return [];
  }
}
