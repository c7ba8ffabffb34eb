import { type Events, handle } from '@banyan/events';
import type pg from 'pg';
import type { Document, NewDocument, NewNote, Note } from '../../api/applications.ts';
import type { ApplicationState } from '../../api/tracking.ts';
import type { contracts } from '../../contracts/applications.ts';
import { type Application, type ApplicationCommand, type ApplicationEvent, application } from './decide.ts';
import { lockDocumentsOf } from './documents/store.ts';
import { streamOfApplication } from './facts.ts';
import * as store from './store.ts';
import { keepPosting } from './tracking/postings.ts';

/** What a command is decided, kept and told by. */
export type Ledger = Pick<Events<typeof contracts>, 'store' | 'publish'>;

/** Who did it, and why. */
export type About = { actor: string; reason?: string | undefined };

type WithoutRow<C> = C extends unknown ? Omit<C, 'row'> : never;
type Command = WithoutRow<ApplicationCommand>;

/**
 * Decides a command knowing all that the row says, appends what happens to the application's stream and publishes it, in the
 * transaction that has the row locked and writes what it means.
 */
export async function execute(
  tx: pg.PoolClient,
  ledger: Ledger,
  row: Pick<store.LockedApplication, 'id' | 'userId' | 'jobId' | 'status'> | null,
  command: Command,
  { actor, reason, id = row!.id }: About & { id?: number },
): Promise<{ state: Application; events: readonly ApplicationEvent[] }> {
  const known = row && {
    userId: row.userId,
    applicationId: row.id,
    jobId: row.jobId,
    status: row.status,
  };
  const asked = { ...command, row: known } as ApplicationCommand;
  const done = await handle(ledger.store, application, streamOfApplication(id), asked, { tx, actor });
  const told = done.events.filter((event) => event.type !== 'ApplicationKnown');
  for (const { type, data } of told) await ledger.publish(tx, type, data as never, { actor });
  if (reason !== undefined && told.length > 0) await store.insertReason(tx, id, done.version, reason);
  return { state: done.state, events: told };
}

/** Undefined if the user has one for this job already. */
export async function createApplication(
  tx: pg.PoolClient,
  ledger: Ledger,
  one: { userId: number; jobId: number; status: 'saved' | 'applied'; coverLetter: string | null },
  about: About,
): Promise<number | undefined> {
  const made = await store.insertApplication(tx, one);
  if (!made) return undefined;
  const { id, created_at: createdAt, applied_at: appliedAt } = made;
  const { userId, jobId, status } = one;
  const command = {
    is: 'CreateApplication',
    userId,
    applicationId: id,
    jobId,
    status,
    createdAt,
    appliedAt,
  } as const;
  await execute(tx, ledger, null, command, { ...about, id });
  if (status === 'applied') await keepPosting(tx, id);
  return id;
}

/** Throws `STATE_NOT_REACHABLE`. What the monolith does not know of, `ghosted`, leaves its rows as they are. */
export async function updateStatus(
  tx: pg.PoolClient,
  ledger: Ledger,
  row: store.LockedApplication,
  to: ApplicationState,
  about: About,
): Promise<void> {
  await execute(tx, ledger, row, { is: 'UpdateApplicationStatus', to, at: row.now }, about);
  if (to === 'ghosted') await store.beginGhosted(tx, row);
  else if (to === row.status) await store.endGhosted(tx, row.id);
  else await store.moveOn(tx, row, to, about.reason ?? null);
  if (to === 'applied') await keepPosting(tx, row.id);
}

export async function addNote(
  tx: pg.PoolClient,
  ledger: Ledger,
  row: store.LockedApplication,
  note: NewNote,
  about: About,
): Promise<Note> {
  const added = await store.insertNote(tx, row.id, note);
  const command = { is: 'AddApplicationNote', noteId: added.id, isPrivate: added.is_private } as const;
  await execute(tx, ledger, row, command, about);
  return added;
}

export async function attachDocument(
  tx: pg.PoolClient,
  ledger: Ledger,
  row: store.LockedApplication,
  document: NewDocument,
  about: About,
): Promise<Document> {
  const added = await store.insertDocument(tx, row.userId, row.id, document);
  const command = { is: 'AttachDocument', documentId: added.id, kind: added.kind } as const;
  await execute(tx, ledger, row, command, about);
  return added;
}

/** With all that belongs to it. */
export async function removeApplication(
  tx: pg.PoolClient,
  ledger: Ledger,
  row: store.LockedApplication,
  about: About,
): Promise<void> {
  await lockDocumentsOf(tx, row.userId);
  await execute(tx, ledger, row, { is: 'RemoveApplication' }, about);
  await store.deleteApplication(tx, row.id);
}
