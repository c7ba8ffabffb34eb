import type pg from 'pg';

/**
 * Sagas of this process that wait for a message or a time. One query for all of them, however many there are, looks what
 * has come; DBOS would look for each by itself, every ten seconds.
 */
export type WaitingRoom = {
  /** Resolves when a message on the topic lies there, when the saga is cancelled if that is asked for, or at `until`; never once closed. */
  wait(sagaId: string, what: WaitsFor): Promise<void>;
  close(): void;
};

type WaitsFor = {
  topic?: string | undefined;
  cancel?: boolean;
  /** Epoch milliseconds. */
  until: number;
};

type Waiting = WaitsFor & { sagaId: string; wake: () => void };

export function createWaitingRoom(
  pool: pg.Pool,
  options: { lookEveryMs: number; onError: (error: Error) => void },
): WaitingRoom {
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let looksAt = Number.POSITIVE_INFINITY;
  let looking = false;
  let closed = false;

  const look = async () => {
    looking = true;
    try {
      await wakeReady(pool, waiting);
    } catch (error) {
      options.onError(error as Error);
    }
    looking = false;
    looksAt = Number.POSITIVE_INFINITY;
    if (waiting.size > 0) arm(nextLook(waiting, options.lookEveryMs));
  };
  const arm = (ms: number) => {
    const at = Date.now() + ms;
    if (closed || looking || at >= looksAt) return;
    clearTimeout(timer);
    looksAt = at;
    timer = setTimeout(look, ms);
  };
  return {
    wait(sagaId, what) {
      return new Promise((wake) => {
        waiting.add({ ...what, sagaId, wake });
        arm(Math.max(0, Math.min(options.lookEveryMs, what.until - Date.now())));
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
  const forCancel = [...waiting].filter(({ cancel }) => cancel);
  const here = new Set<string>();
  if (forMessages.length + forCancel.length > 0) {
    const { rows } = await pool.query<{ saga: string; topic: string }>(
      `SELECT destination_uuid AS saga, topic FROM banyan_sagas.notifications
       WHERE NOT consumed AND destination_uuid = ANY($1)
       UNION SELECT saga_id, 'cancel' FROM banyan_events.saga_mends WHERE action = 'cancel' AND saga_id = ANY($2)`,
      [forMessages, forCancel].map((each) => each.map(({ sagaId }) => sagaId)),
    );
    for (const { saga, topic } of rows) here.add(`${saga}\n${topic}`);
  }
  const now = Date.now();
  for (const each of waiting) {
    const { sagaId, topic, cancel, until } = each;
    const woken = here.has(`${sagaId}\n${topic}`) || (cancel && here.has(`${sagaId}\ncancel`));
    if (until > now && !woken) continue;
    waiting.delete(each);
    each.wake();
  }
}
