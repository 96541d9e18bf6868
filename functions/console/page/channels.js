// What the closed sets are, in the order people look for them.

export const TYPES = [['simple', 'message'], ['template', 'message'], ['batch', 'task'], ['broadcast', 'task']];
export const STATES = ['open', 'partly_revoked', 'revoked'];
export const CHANNELS = ['huawei', 'xiaomi', 'oppo', 'vivo', 'apns', 'self_built', 'sms'];
export const OUTCOMES = [
  'overwritten', 'recalled', 'confirmed', 'skipped_opened', 'skipped_cleared', 'stopped',
  'target_gone', 'not_revocable', 'unsupported', 'too_late', 'refused', 'failed',
];
/** Outcomes after which the device may still show the message. */
export const FAILURES = OUTCOMES.slice(6);

export const pushHref = (kind, id) => `#/${kind}s/${encodeURIComponent(id)}`;
export const revocationHref = (kind, id, rvk) => `${pushHref(kind, id)}/revocations/${encodeURIComponent(rvk)}`;
