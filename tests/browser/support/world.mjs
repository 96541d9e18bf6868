// What the harness has prepared: where the stack is, and who may do what there.

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const all = JSON.parse(readFileSync(process.env.BROWSER_WORLD, 'utf8'));

/** The file of scenarios that this process runs, without `.test.mjs`. Each has a tenant of its own. */
export const file = basename(process.argv[1], '.test.mjs');

export const world = { ...all, tenant: all.tenants[file] };
