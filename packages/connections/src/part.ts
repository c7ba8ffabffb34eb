import { applySchemaFile, type Db, deleteSome, type Queryable, withTransaction } from '@banyan/postgres';
import { type Encryption, repeatedWork, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import type { Connection } from './api.ts';
import * as oauth from './oauth.ts';
import { type Provider, providersIn } from './providers.ts';
import { revoking } from './revoking.ts';
import * as store from './store.ts';
import type { ConnectionSystem, Says, UserId } from './system.ts';

const ConnectionConfig = Type.Object({
  /** What people may connect, as JSON: `[{"name":"google","issuer":"https://accounts.google.com","client_id":"...", ...}]`. */
  OAUTH_PROVIDERS: Type.Optional(Type.String({ minLength: 2, secret: true })),
  /** How long until a process looks again whether tokens of connections that are gone are to be taken back. */
  REVOCATION_LOOK_MS: Type.Integer({ minimum: 10, default: 5_000 }),
});

/** A token that is good for less is refreshed before it is used. */
const REFRESHED_BEFORE_MS = 60_000;
const SWEEP_MS = 3_600_000;

type NewConnection = { provider: string; account: string; tokens: oauth.Tokens };

export type Connections = {
  providers: ReadonlyMap<string, Provider>;
  /** Throws `OAuthError`. */
  begin(userId: UserId, provider: Provider): Promise<{ url: string; expiresAt: Date }>;
  /** Undefined: this user has not begun what this is the end of, or too long ago. Throws `OAuthError`. */
  complete(userId: UserId, query: URLSearchParams): Promise<Connection | undefined>;
  /**
   * A token that is good for a minute at least; refreshed by one at a time, in whatever process. `null`: the connection is lost.
   * Undefined: the user has none of that id. Throws `OAuthError` while the provider cannot be asked.
   */
  accessToken(userId: UserId, id: number): Promise<string | null | undefined>;
  /** Keeps what gives access to an account, and tells of it; of one that is known it replaces what was kept. */
  keep(userId: UserId, one: NewConnection): Promise<Connection>;
  /** Whoever keeps the account does not take what we have any more. Again is no error. */
  lose(userId: UserId, id: number): Promise<void>;
  /** Forgets it; its tokens are taken back at the provider, soon, if that has a place for it. False: there was none. */
  remove(userId: UserId, id: number): Promise<boolean>;
};

/** Accounts elsewhere that people have connected, and their tokens. The service has `encryption` and `events` before it. */
export const connections = (
  system: Pick<ConnectionSystem, 'idType'>,
): ServicePart<Connections, typeof ConnectionConfig> => ({
  config: ConnectionConfig,
  async start(host) {
    const { config, pool, provided } = host;
    await applyConnectionSchema(pool, system);
    const providers = providersIn(config.OAUTH_PROVIDERS);
    const encryption = provided.encryption as Encryption;
    const events = provided.events as Says;
    const takingBack = revoking(host, { providers, encryption, everyMs: config.REVOCATION_LOOK_MS });

    const encrypted = async (userId: UserId, { access, refresh, expiresAt }: oauth.Tokens) => {
      const context = store.contextOf(userId);
      return {
        access: await encryption.encrypt(access, context),
        refresh: refresh === null ? null : await encryption.encrypt(refresh, context),
        expiresAt,
      };
    };

    const provided_: Connections = {
      providers,

      async begin(userId, provider) {
        const attempt = oauth.newAttempt();
        const url = await oauth.authorizationUrl(provider, attempt);
        const kept = await encryption.encrypt(JSON.stringify(attempt), store.contextOf(userId));
        const one = { state: attempt.state, userId, provider: provider.name, attempt: kept };
        return { url, expiresAt: await withTransaction(pool, (tx) => store.insertAttempt(tx, one)) };
      },

      async complete(userId, query) {
        const begun = await store.takeAttempt(pool, query.get('state') ?? '', userId);
        const provider = begun && providers.get(begun.provider);
        if (!provider) return undefined;
        const attempt = JSON.parse(await encryption.decrypt(begun.attempt, store.contextOf(userId)));
        const { tokens, account } = await oauth.exchange(provider, attempt, query);
        return await provided_.keep(userId, { provider: provider.name, account, tokens });
      },

      async keep(userId, { provider, account, tokens }) {
        const one = { userId, provider, account, scopes: tokens.scopes };
        const kept = await encrypted(userId, tokens);
        return await withTransaction(pool, async (tx) => {
          const connection = await store.saveConnection(tx, { ...one, tokens: kept });
          const told = { userId, connectionId: connection.id, provider };
          await events.publish(tx, 'AccountConnected', told);
          return connection;
        });
      },

      async lose(userId, id) {
        await withTransaction(pool, async (tx) => {
          const connection = await store.findConnection(tx, userId, id, { lock: true });
          if (connection?.state === 'connected') await lose(tx, connection);
        });
      },

      async accessToken(userId, id) {
        const known = await store.findConnection(pool, userId, id);
        if (known && known.state === 'connected' && isGood(known))
          return await encryption.decrypt(known.access, store.contextOf(userId));
        return await withTransaction(pool, async (tx) => {
          // Whoever waited here for another one finds what that one has got.
          const connection = await store.findConnection(tx, userId, id, { lock: true });
          if (!connection) return undefined;
          const context = store.contextOf(userId);
          if (connection.state === 'lost') return null;
          if (isGood(connection)) return await encryption.decrypt(connection.access, context);
          const provider = providers.get(connection.provider);
          if (!provider || connection.refresh === null) return await lose(tx, connection);
          try {
            const token = await encryption.decrypt(connection.refresh, context);
            const tokens = await oauth.refresh(provider, token);
            await store.updateTokens(tx, id, await encrypted(userId, tokens));
            return tokens.access;
          } catch (error) {
            if (error instanceof oauth.OAuthError && error.code === 'REFUSED')
              return await lose(tx, connection);
            throw error;
          }
        });
      },

      async remove(userId, id) {
        const removed = await store.removeConnection(pool, userId, id);
        if (removed) takingBack.wake();
        return removed;
      },
    };

    async function lose(tx: Queryable, { id, userId, provider }: store.KeptConnection): Promise<null> {
      await store.markLost(tx, id);
      await events.publish(tx, 'ConnectionLost', { userId, connectionId: id, provider });
      return null;
    }

    const sweeping = repeatedWork(host, {
      'forget what nobody came back for': {
        everyMs: SWEEP_MS,
        inOneProcess: true,
        run: () => forgetAttempts(pool),
      },
    });
    return {
      provided: provided_,
      open: async () => {
        await takingBack.open();
        await sweeping.open();
      },
      close: async () => {
        await sweeping.close();
        await takingBack.close();
      },
    };
  },
});

/** The tables of this package, in the database of the service. */
async function applyConnectionSchema(pool: Db, { idType }: Pick<ConnectionSystem, 'idType'>): Promise<void> {
  await applySchemaFile(pool, {
    name: 'banyan_connections',
    file: new URL('schema.sql', import.meta.url),
    words: { USER_ID: idType },
  });
}

/** Some at a time, so that nobody waits for it. */
async function forgetAttempts(pool: Db): Promise<void> {
  const old = 'SELECT state_hash FROM oauth_attempts WHERE expires_at < now()';
  while (!(await deleteSome(pool, { table: 'oauth_attempts', key: 'state_hash', old, values: [] })));
}

function isGood({ expiresAt }: store.KeptConnection): boolean {
  return expiresAt === null || expiresAt.getTime() - Date.now() > REFRESHED_BEFORE_MS;
}
