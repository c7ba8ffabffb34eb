import { within } from '../within.ts';
import { checkEntry, type KeyValueStore, storeUnavailable } from './store.ts';

/** What is asked of a server that does not answer fails after so long, instead of holding a request. */
const ANSWER_MS = 1_000;
const CONNECT_MS = 5_000;
/** A server that says nothing at all for so long is gone without a word: the connection is made anew. It is asked something this often. */
const SILENT_MS = 5_000;
const PING_MS = 2_000;
/** Errors that the server's state is the cause of, not the question: it may answer later. Others are faults of ours. */
const OF_STATE =
  /^(LOADING|BUSY|OOM|MISCONF|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|NOAUTH|ERR max number of clients)/;

/**
 * In Redis or Valkey, `redis://` or `rediss://` with TLS; keys begin with `prefix`. Throws if it cannot connect now; while the
 * server is away later, or hangs, each question fails within a second (`STORE_UNAVAILABLE`), and the connection comes back by itself.
 */
export async function redisStore(
  url: string,
  { prefix, onError }: { prefix: string; onError: (error: unknown) => void },
): Promise<KeyValueStore> {
  // Only a service that uses it pays for it.
  const { createClient, ErrorReply } = await import('@redis/client');
  let wasThere = false;
  const client = createClient({
    url,
    // Nothing waits in a queue for a server that is away.
    disableOfflineQueue: true,
    pingInterval: PING_MS,
    socket: {
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENT_MS,
      // A wrong address is told at the start, not tried for ever.
      reconnectStrategy: (retries, cause) => (wasThere ? Math.min(50 * 2 ** retries, 2_000) : cause),
    },
  });
  client.on('error', onError);
  await client.connect();
  wasThere = true;
  const named = (key: string) => prefix + key;
  /** The client's own limit ends when a question is sent. */
  const answerTo = async <T>(asked: Promise<T>): Promise<T> => {
    try {
      return await within(ANSWER_MS, asked);
    } catch (error) {
      throw error instanceof ErrorReply && !OF_STATE.test(error.message) ? error : storeUnavailable(error);
    }
  };
  const run = (script: string, key: string, ...values: string[]) =>
    answerTo(client.eval(script, { keys: [named(key)], arguments: values }));
  return {
    get: async (key) => {
      checkEntry(key);
      return (await answerTo(client.get(named(key)))) ?? undefined;
    },
    set: async (key, value, life) => {
      checkEntry(key, value, life);
      const expiration = { type: 'PX', value: wholeMs(life.ttlMs) } as const;
      await answerTo(client.set(named(key), value, { expiration }));
    },
    compareAndSet: async (key, expected, value, life) => {
      checkEntry(key, value, life);
      const until = String(wholeMs(life.ttlMs));
      if (expected !== undefined) return (await run(SWAP, key, expected, value, until)) === 1;
      const expiration = { type: 'PX', value: wholeMs(life.ttlMs) } as const;
      return (await answerTo(client.set(named(key), value, { condition: 'NX', expiration }))) === 'OK';
    },
    increment: async (key, life) => {
      checkEntry(key, undefined, life);
      return Number(await run(INCREMENT, key, String(wholeMs(life.ttlMs))));
    },
    delete: async (key) => {
      checkEntry(key);
      await answerTo(client.del(named(key)));
    },
    close: async () => client.destroy(),
  };
}

// A script runs whole, or not at all.
const SWAP = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;
const INCREMENT = `local count = redis.call('INCR', KEYS[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`;

function wholeMs(ttlMs: number): number {
  return Math.max(1, Math.round(ttlMs));
}
