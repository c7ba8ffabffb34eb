import { createHash } from 'node:crypto';
import type { Events } from '@banyan/events';
import { storableText, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { MailKind } from '../../../api/mail.ts';
import type { contracts } from '../messages.ts';
import { classify } from './classify.ts';
import { type Envelope, isSignedBySender, localPartAt, type Refusal, refusalOf } from './envelope.ts';
import { readMail } from './read.ts';
import * as store from './store.ts';

/** What was made of a mail. `nothing`: it says nothing of an application, or has come before. */
export type Received =
  | { is: 'proposal'; id: number }
  | { is: 'nothing' }
  | { is: 'refused'; why: Refusal | 'NO_SUCH_ADDRESS' | 'TOO_MANY' };

/** The status of an application that a mail speaks of. */
const STATUS: Record<MailKind, string> = {
  received: 'applied',
  interview: 'interview',
  offer: 'offer',
  rejection: 'rejected',
};

/**
 * Makes a proposal of a mail that somebody has forwarded to their address, and tells of it in the same transaction. Of the mail nothing is
 * kept but sender, subject and the sentence that decided.
 */
export async function receiveMail(
  {
    pool,
    events,
    domain,
    holdMs,
  }: { pool: pg.Pool; events: Events<typeof contracts>; domain: string; holdMs: number },
  envelope: Envelope & { dkim: readonly string[] },
  raw: Buffer,
): Promise<Received> {
  const localPart = localPartAt(domain, envelope.to);
  const owner = localPart === undefined ? undefined : await store.findOwner(pool, localPart);
  if (!owner) return { is: 'refused', why: 'NO_SUCH_ADDRESS' };
  const why = refusalOf(envelope, owner.senders) ?? (owner.isBusy ? 'TOO_MANY' : undefined);
  if (why) return { is: 'refused', why };
  const mail = await readMail(raw);
  const said = classify(mail.subject, mail.text);
  if (!said) return { is: 'nothing' };
  const { userId } = owner;
  return await withTransaction(pool, async (tx) => {
    const id = await store.insertProposal(tx, {
      userId,
      mailHash: createHash('sha256')
        .update(mail.messageId ?? raw)
        .digest('base64url'),
      kind: said.kind,
      status: STATUS[said.kind],
      sentence: storableText(said.sentence),
      subject: storableText(mail.subject),
      sender: storableText(mail.from),
      senderName: storableText(mail.fromName),
      // What it is about is looked at when it moves.
      movesInMs: owner.moves && isSignedBySender(mail, envelope.dkim) ? holdMs : null,
    });
    if (id === undefined) return { is: 'nothing' };
    await events.publish(tx, 'MailRecognized', { userId, proposalId: id, kind: said.kind });
    return { is: 'proposal', id };
  });
}
