import type pg from 'pg';
import type { Action, Contact, NewAction, NewContact, Source } from '../../../api/tracking.ts';
import { type About, execute, type Ledger } from '../commands.ts';
import type { LockedApplication } from '../store.ts';
import * as store from './store.ts';

export async function setSource(
  tx: pg.PoolClient,
  ledger: Ledger,
  row: LockedApplication,
  source: Source,
  about: About,
): Promise<void> {
  await execute(tx, ledger, row, { is: 'SetSource', source: source.kind }, about);
  await store.keepSource(tx, row.id, source);
}

/** Throws `TOO_MANY_CONTACTS`. */
export async function addContact(
  tx: pg.PoolClient,
  ledger: Ledger,
  row: LockedApplication,
  contact: NewContact,
  about: About,
): Promise<Contact> {
  const added = await store.insertContact(tx, row.id, contact);
  await execute(tx, ledger, row, { is: 'AddContact', contactId: added.id }, about);
  return added;
}

/** Throws `CONTACT_NOT_FOUND`. */
export async function removeContact(
  tx: pg.PoolClient,
  ledger: Ledger,
  row: LockedApplication,
  contactId: number,
  about: About,
): Promise<void> {
  await execute(tx, ledger, row, { is: 'RemoveContact', contactId }, about);
  await store.endContact(tx, row.id, contactId);
}

/** Throws `REMINDER_IN_THE_PAST`. */
export async function setNextAction(
  tx: pg.PoolClient,
  ledger: Ledger,
  row: LockedApplication,
  action: NewAction,
  about: About,
): Promise<Action> {
  const set = await store.insertAction(tx, row.id, action);
  const command = {
    is: 'SetNextAction',
    actionId: set.id,
    dueAt: set.due_at,
    remindAt: set.remind_at,
    at: row.now,
  } as const;
  await execute(tx, ledger, row, command, about);
  return set;
}

/** Throws `NO_NEXT_ACTION`. */
export async function finishNextAction(
  tx: pg.PoolClient,
  ledger: Ledger,
  row: LockedApplication,
  about: About,
): Promise<void> {
  await execute(tx, ledger, row, { is: 'FinishNextAction' }, about);
  await store.closeAction(tx, row.id);
}
