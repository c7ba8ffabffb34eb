import type { BatchHandler, EventingDefinition } from '@banyan/events';
import type pg from 'pg';
import type { contracts } from '../messages.ts';
import { stepFor } from './appointment.ts';
import * as store from './followed.ts';

type Contracts = typeof contracts;
type Batch<T extends keyof Contracts['events']> = BatchHandler<Contracts, Contracts['events'][T]>;

/** Interviews as they follow from what applications tells: each in the transaction that hears of it. */
export const followApplications = {
  ApplicationRemoved: async ({ data: { applicationId } }, { tx }) => {
    const known = await store.forgetApplication(tx, applicationId);
    if (known) await takeStep(tx, { ...known, action: null });
  },
  NextActionSet: async ({ data: { userId, applicationId, actionId, dueAt } }, { tx }) => {
    await settle(tx, await store.noteAction(tx, { userId, applicationId, action: { id: actionId, dueAt } }));
  },
  NextActionDone: async ({ data: { userId, applicationId } }, { tx }) => {
    await settle(tx, await store.noteAction(tx, { userId, applicationId, action: null }));
  },
} satisfies EventingDefinition<Contracts>['on'];

export const followCreated: Batch<'ApplicationCreated'> = async (messages, { tx }) =>
  await settle(
    tx,
    await store.noteApplications(
      tx,
      messages.map(({ data }) => data),
    ),
  );

export const followMoved: Batch<'ApplicationStatusChanged'> = async (messages, { tx }) =>
  await settle(
    tx,
    await store.noteStatuses(
      tx,
      messages.map(({ data: { userId, applicationId, to } }) => ({ userId, applicationId, status: to })),
    ),
  );

/** Of those from which an interview follows, or has. */
async function settle(tx: pg.PoolClient, applicationIds: readonly number[]): Promise<void> {
  for (const id of applicationIds) await takeStep(tx, await store.lockApplication(tx, id));
}

async function takeStep(tx: pg.PoolClient, known: store.Followed): Promise<void> {
  const step = stepFor(known, new Date());
  if (step.is === 'cancel') await store.cancel(tx, known);
  else if (step.is === 'move') await store.move(tx, known, step);
  else if (step.is === 'make') await store.make(tx, known, step);
}
