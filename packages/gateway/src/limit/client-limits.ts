/** Limits of one client; who that is says its address, seen through the trusted proxies. */
export type ClientLimits = {
  /**
   * Open connections to one worker, where clients connect to it directly (`trustedHops` 0); more are closed, with 503
   * for who reads it. Default 1,024.
   */
  connections?: number;
  /** Requests at one instance of an upstream at once, of 512 places that it has for all; more wait. Default 256. */
  places?: number;
  /** How long a request may wait for a place, in milliseconds; then 503. Default 10,000. */
  waitMs?: number;
  /** How long nothing may come of a body that is waited for, in milliseconds; then 408. Default 10,000. */
  uploadIdleMs?: number;
  /** How long nothing may be taken of an answer, in milliseconds; then the connection is closed. Default 30,000. */
  downloadIdleMs?: number;
};

/** What one client may take of a worker, with the defaults filled in. */
export function clientLimitsOf(limits: ClientLimits = {}): Required<ClientLimits> {
  return {
    connections: limits.connections ?? 1_024,
    places: limits.places ?? 256,
    waitMs: limits.waitMs ?? 10_000,
    uploadIdleMs: limits.uploadIdleMs ?? 10_000,
    downloadIdleMs: limits.downloadIdleMs ?? 30_000,
  };
}
