import { randomUUID } from 'node:crypto';
import type { Channel, Locale, TemplateWords } from '../api/index.ts';
import type { Contents } from '../delivery/contents.ts';
import { enqueue } from '../delivery/queue.ts';
import type { UserId } from '../system.ts';

/** What somebody sends to themselves to see it arrive: whatever they have chosen, and at any hour. */
export type Trial = {
  userId: UserId;
  channel: Channel;
  /** Of push: the browser. */
  target?: string;
  kind: string;
  locale: Locale | null;
  parameters: Record<string, unknown>;
  /** In place of those of the kind: as they are before anybody keeps them. */
  words?: TemplateWords | undefined;
};

const PREFIX = 'trial:';
/** Later nobody waits for it any more. */
const GOOD_FOR_MS = 10 * 60_000;

export const isTrial = ({ fact }: { fact: string }) => fact.startsWith(PREFIX);

/** Gives the delivery by which it is seen what came of it. */
export async function enqueueTrial(
  tx: Parameters<typeof enqueue>[0],
  contents: Contents,
  { parameters, words, ...trial }: Trial,
): Promise<string> {
  const id = randomUUID();
  const content = await contents.seal(id, { parameters, words });
  const expiresAt = new Date(Date.now() + GOOD_FOR_MS);
  await enqueue(tx, { ...trial, id, fact: `${PREFIX}${id}`, content, state: 'queued', expiresAt });
  return id;
}

/** What a message is filled with: of a trial with the words that came with it. */
export function openedAs(
  taken: { fact: string },
  content: Record<string, unknown>,
): { parameters: Record<string, unknown>; words?: TemplateWords | undefined } {
  return isTrial(taken) ? (content as Pick<Trial, 'parameters' | 'words'>) : { parameters: content };
}
