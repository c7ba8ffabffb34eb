import type { Answer } from '../../../api/types.ts';

export const ADDRESS = 'GET /api/v1/integrations/mail/address';
export const PROPOSALS = 'GET /api/v1/integrations/mail/proposals';
/** Those that wait for a word. */
export const PROPOSALS_INPUT = { params: { query: { state: 'open' } } } as const;

export type Address = Answer<typeof ADDRESS>;
export type Proposal = Answer<typeof PROPOSALS>['items'][number];

/** So many addresses somebody forwards from at most. */
export const MOST_SENDERS = 10;

/** With one more, as mail compares addresses: in small letters, each once. */
export function withSender(senders: readonly string[], typed: string): string[] {
  const sender = typed.trim().toLowerCase();
  return senders.includes(sender) ? [...senders] : [...senders, sender];
}

/** What is an address of mail, as the service has it. */
export function isAddress(typed: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(typed.trim()) && typed.trim().length <= 200;
}

/** What the address of the page says: which proposal is open. */
export type MailSearch = { proposal?: number };

export function mailSearch({ proposal }: Record<string, unknown>): MailSearch {
  return typeof proposal === 'number' && Number.isSafeInteger(proposal) && proposal > 0 ? { proposal } : {};
}
