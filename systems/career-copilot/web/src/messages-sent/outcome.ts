import type { Answer } from '../api/types.ts';

export type Message = Answer<'GET /api/v1/notifications/deliveries/{id}'>;

/** What is said of a message that somebody waits for. `over`: it was not even sent. */
type Outcome = 'queued' | 'waiting' | 'sent' | 'delivered' | 'failed' | 'over';

export function outcomeOf({ state, reason }: Pick<Message, 'state' | 'reason'>): Outcome {
  switch (state) {
    case 'queued':
      return reason === null ? 'queued' : 'waiting';
    case 'sending':
      return 'queued';
    case 'bounced':
      return 'failed';
    case 'suppressed':
      return 'over';
    default:
      return state;
  }
}

/** Whether it may still change while somebody looks. */
export function isUnderWay(state: Message['state'] | undefined): boolean {
  return state === undefined || state === 'queued' || state === 'sending';
}

export const OUTCOME_TONES = {
  queued: 'info',
  waiting: 'warning',
  sent: 'good',
  delivered: 'good',
  failed: 'danger',
  over: 'danger',
} as const satisfies Record<Outcome, string>;

/**
 * A reason as the service has it: its word for it, and what the other side said of it, e.g. `BOUNCED 5.1.1`. Null: it has none, and
 * the reason stands in the words of whoever gave it.
 */
export function partsOf(reason: string): { word: string; detail: string | null } | null {
  const [, word, detail = null] = /^([A-Z]+(?:_[A-Z]+)*)(?: (.+))?$/.exec(reason) ?? [];
  return word === undefined ? null : { word, detail };
}
