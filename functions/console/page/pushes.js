// What the closed sets are, in the order people look for them.

export const TYPES = [['simple', 'message'], ['template', 'message'], ['batch', 'task'], ['broadcast', 'task']];
export const STATES = ['open', 'partly_revoked', 'revoked'];
export const CHANNELS = ['huawei', 'xiaomi', 'oppo', 'vivo', 'apns', 'self_built', 'sms'];
export const OUTCOMES = [
  'overwritten', 'recalled', 'confirmed', 'skipped_opened', 'skipped_cleared', 'stopped',
  'target_gone', 'not_revocable', 'unsupported', 'too_late', 'refused', 'failed',
];
/** What each says of the message, as the rules of the service have it; a test compares. */
export const TAKEN_BACK = OUTCOMES.slice(0, 3);
export const NOT_SHOWN = OUTCOMES.slice(3, 6);
export const MAY_BE_SHOWN = OUTCOMES.slice(6);
/** How many of `counts` ended as one of `codes`. */
export const sumOf = (counts, codes) => codes.reduce((sum, code) => sum + (counts[code] ?? 0), 0);

export const pushHref = (kind, id) => `#/${kind}s/${encodeURIComponent(id)}`;
export const revocationHref = (kind, id, rvk) => `${pushHref(kind, id)}/revocations/${encodeURIComponent(rvk)}`;
