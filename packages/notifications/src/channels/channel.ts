import type { Channel as Name } from '../api/index.ts';

/** What a channel sends: everything in it is rendered, nothing in it is looked up any more. */
export type Outgoing = {
  /** The same at each attempt: what the other side may know a second one by. */
  deliveryId: string;
  /** Where to: an address, a number, a subscription. */
  to: string;
  subject: string;
  text: string;
  html: string;
  /** For where there is little room. */
  short: string;
  link: string | null;
  /** Where one click ends messages of this kind (RFC 8058); null where they cannot be ended. */
  unsubscribeUrl: string | null;
};

/**
 * What became of an attempt. `unsent`: the other side cannot have it, and it may be tried again. `refused`: it will not have it, now or ever.
 * `unknown`: it may have it, and nobody said so.
 */
export type Outcome =
  | { is: 'sent'; providerId: string | null }
  | { is: 'unsent'; reason: string; retryAfterMs?: number }
  | { is: 'refused'; reason: string; addressIsBad: boolean }
  | { is: 'unknown'; reason: string };

/** A way out of here. */
export type Channel = {
  name: Name;
  /**
   * Gives the message to the other side, once. `handOver` is awaited before the first byte by which the other side could take it, and
   * nothing is sent if it rejects. Never rejects otherwise: what goes wrong is an outcome.
   */
  send(message: Outgoing, handOver: () => Promise<void>): Promise<Outcome>;
  close(): Promise<void>;
};
