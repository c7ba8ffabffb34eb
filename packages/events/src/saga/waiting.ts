import type pg from 'pg';

/**
 * Sagas of this process that wait for a message or a time. One query for all of them, however many there are, looks what
 * has come; DBOS would look for each by itself, every ten seconds.
 */
export type WaitingRoom = {
  /** Resolves when a message on this topic lies there, or at `until` (epoch milliseconds); never once closed. */
  wait(sagaId: string, topic: string | undefined, until: number): Promise<void>;
  close(): void;
};

type Waiting = { sagaId: string; topic: string | undefined; until: number; wake: () => void };

export function createWaitingRoom(
  pool: pg.Pool,
  options: { lookEveryMs: number; onError: (error: Error) => void },
): WaitingRoom {
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const look = async () => {
    try {
      await wakeReady(pool, waiting);
    } catch (error) {
      options.onError(error as Error);
    }
    timer = undefined;
    arm();
  };
  const arm = () => {
    if (!closed && !timer && waiting.size > 0)
      timer = setTimeout(look, nextLook(waiting, options.lookEveryMs));
  };
  return {
    wait(sagaId, topic, until) {
      return new Promise((wake) => {
        waiting.add({ sagaId, topic, until, wake });
        arm();
      });
    },
    close() {
      closed = true;
      clearTimeout(timer);
      waiting.clear();
    },
  };
}

function nextLook(waiting: ReadonlySet<Waiting>, everyMs: number): number {
  const soonest = Math.min(...[...waiting].slice(0, 1_000).map(({ until }) => until - Date.now()));
  return Math.max(0, Math.min(everyMs, soonest));
}

async function wakeReady(pool: pg.Pool, waiting: Set<Waiting>): Promise<void> {
  const forMessages = [...waiting].filter(({ topic }) => topic !== undefined);
  const here = new Set<string>();
  if (forMessages.length > 0) {
    const { rows } = await pool.query<{ saga: string; topic: string }>(
      `SELECT DISTINCT destination_uuid AS saga, topic FROM banyan_sagas.notifications
       WHERE NOT consumed AND destination_uuid = ANY($1)`,
      [forMessages.map(({ sagaId }) => sagaId)],
    );
    for (const { saga, topic } of rows) here.add(`${saga}\n${topic}`);
  }
  const now = Date.now();
  for (const each of waiting) {
    if (each.until > now && !here.has(`${each.sagaId}\n${each.topic}`)) continue;
    waiting.delete(each);
    each.wake();
  }
}
