// Types and states of pushes, in the order people look for them, and where things are.

export const TYPES = [['simple', 'message'], ['template', 'message'], ['batch', 'task'], ['broadcast', 'task']];
export const STATES = ['open', 'partly_revoked', 'revoked'];
/** How many of `counts` ended as one of `codes`. */
export const sumOf = (counts, codes) => codes.reduce((sum, code) => sum + (counts[code] ?? 0), 0);

export const pushHref = (kind, id) => `#/${kind}s/${encodeURIComponent(id)}`;
export const revocationHref = (kind, id, rvk) => `${pushHref(kind, id)}/revocations/${encodeURIComponent(rvk)}`;
