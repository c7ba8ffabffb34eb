import { type Encryption, type Leased, type LeasedQueue, leasedQueue, type PartHost } from '@banyan/service';
import * as oauth from './oauth.ts';
import type { Provider } from './providers.ts';
import * as store from './store.ts';

/** How long until a token is tried again, ms: twice as long after each attempt, up to an hour. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 3_600_000;

type Revoking = {
  providers: ReadonlyMap<string, Provider>;
  encryption: Encryption;
  everyMs: number;
};

/**
 * Takes back at their providers (RFC 7009) the tokens of connections that are gone: each until the provider has answered, whatever dies in
 * between; that it is taken back already is no error there. One that could not be told for a month is given up.
 */
export function revoking(
  host: Pick<PartHost<unknown>, 'pool' | 'log' | 'metrics'>,
  { providers, encryption, everyMs }: Revoking,
): LeasedQueue {
  const { pool, log } = host;

  async function takeBack(row: Leased<store.Revocation>): Promise<void> {
    const { id, userId, provider: name, attempt } = row;
    const provider = providers.get(name);
    if (!provider || row.isLate) {
      log.warn(
        { revocation: id, provider: name, attempt },
        'a token could not be taken back, and is given up',
      );
      return await store.deleteRevocation(pool, id);
    }
    const token = await encryption.decrypt(row.token, store.contextOf(userId));
    try {
      await oauth.revoke(provider, token);
    } catch (err) {
      if (!(err instanceof oauth.OAuthError)) throw err;
      if (err.code === 'UNREACHABLE') {
        log.warn({ err, revocation: id, attempt }, 'a token could not be taken back: tried again');
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
        await store.revocations.release(pool, row, pauseMs);
        return;
      }
      log.warn({ err, revocation: id }, 'the provider does not take a token back, and it is given up');
    }
    await store.deleteRevocation(pool, id);
  }

  return leasedQueue(host, 'take tokens back', {
    most: 2,
    everyMs,
    lease: (most, inHand) => store.revocations.lease(pool, most, inHand),
    handle: takeBack,
  });
}
