import { type Connections, findByProvider, OAuthError } from '@banyan/connections';
import { withTransaction } from '@banyan/postgres';
import { CallError, inCallScope } from '@banyan/service';
import type pg from 'pg';
import { applicationsOf, moveOn, type PublicApi } from './applications.ts';
import { certainlyAbout } from './match.ts';
import * as store from './store.ts';

/** Mails that move applications by themselves, by what their owners have allowed. */
export type Moving = {
  /** How long that can be stopped, ms. */
  holdMs: number;
  /** Whether somebody has connected the account by which we may act for them. */
  mayAct(userId: number): Promise<boolean>;
  /** Moves what is due. */
  moveDue(): Promise<void>;
};

/** What could not be asked is asked again then. */
const AGAIN_MS = 300_000;

type Context = {
  pool: pg.Pool;
  connections: Connections;
  api: PublicApi;
  /** By which people let us act for them at this very system; undefined: nobody can. */
  provider: string | undefined;
  holdMs: number;
};

/**
 * Acts with a token that its owner has given us by OAuth, through the public API: with its transitions, whoever has the application, and no
 * more once the owner takes it back. What there is a doubt about stays a proposal.
 */
export function createMoving({ pool, connections, api, provider, holdMs }: Context): Moving {
  const connectionOf = async (userId: number) =>
    provider === undefined ? undefined : await findByProvider(pool, userId, provider);

  /** False: nothing is due. */
  async function moveOne(): Promise<boolean> {
    return await withTransaction(pool, async (tx) => {
      const proposal = await store.lockMoving(tx);
      if (!proposal) return false;
      const { id, userId } = proposal;
      try {
        const applicationId = await moveFor(userId, proposal);
        if (applicationId === undefined) await store.moveLater(tx, id, null);
        else await store.noteMoved(tx, id, applicationId);
      } catch (error) {
        if (!(error instanceof CallError) && !(error instanceof OAuthError)) throw error;
        const isRefused = error instanceof CallError && error.code === 'REFUSED';
        await store.moveLater(tx, id, isRefused ? null : AGAIN_MS);
      }
      return true;
    });
  }

  /** The application that it has moved; undefined: none, which is its owner's to say. */
  async function moveFor(userId: number, proposal: store.KeptProposal): Promise<number | undefined> {
    const connection = await connectionOf(userId);
    const token = connection && (await connections.accessToken(userId, connection.id));
    if (!token) return undefined;
    const { subject, sender: from, sender_name: fromName, sentence, proposed_status: status } = proposal;
    const scope = { deadlineAt: undefined, authorization: `Bearer ${token}`, requestId: undefined };
    return await inCallScope(scope, async () => {
      const id = certainlyAbout({ subject, from, fromName, sentence }, await applicationsOf(api));
      return id !== undefined && (await moveOn(api, id, status, sentence)) ? id : undefined;
    });
  }

  return {
    holdMs,
    mayAct: async (userId) => (await connectionOf(userId))?.state === 'connected',
    moveDue: async () => {
      while (await moveOne());
    },
  };
}
