import { type SlotStatus, slotStatus } from '@banyan/postgres';
import type pg from 'pg';
import { MESSAGE_PREFIX } from '../control/control-message.ts';
import type { LinkConfig, LinkHooks } from '../link/link-config.ts';
import { alarmOf } from './slot-alarm.ts';
import type { Streamer } from './streamer.ts';

const HEARTBEAT_MS = 2_000;
const POLL_MS = 1_000;
const RETAINED_LIMIT = 1024 ** 3;

/** Heartbeats for a quiet source, an eye on the slot, and one on the tables. */
export function monitorSource(
  source: pg.Pool,
  streamer: Streamer,
  options: Pick<LinkConfig, 'heartbeatMs' | 'retainedLimitBytes'> & {
    /** That keeps what the link has not applied, now. */
    slot: () => string;
    onSlot: (slot: SlotStatus | undefined) => void;
    /** Whether nobody else of this process sends this source a heartbeat in this time, ms. */
    mayBeat: (everyMs: number) => boolean;
    onAlarm: LinkHooks['onAlarm'];
  },
): { stop(): Promise<void> } {
  const { heartbeatMs = HEARTBEAT_MS, retainedLimitBytes = RETAINED_LIMIT } = options;
  let beatAt = performance.now();
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    const name = options.slot();
    const slot = await slotStatus(source, name);
    options.onSlot(slot);
    const alarm = slot && alarmOf(name, slot, retainedLimitBytes);
    if (alarm) options.onAlarm?.(alarm);
    await beat();
    // Last: it fails with a target that is away, which the heartbeat has the stream notice.
    await streamer.checkShapes();
  };
  const beat = async () => {
    // One of any link moves the slots of all that read this source.
    if (performance.now() - Math.max(beatAt, streamer.progress.heartbeatAt) < heartbeatMs) return;
    if (streamer.state !== 'streaming' || !options.mayBeat(heartbeatMs)) return;
    beatAt = performance.now();
    await source.query('SELECT pg_logical_emit_message(true, $1, $2)', [
      MESSAGE_PREFIX,
      '{"heartbeat":true}',
    ]);
  };
  let busy = false;
  const tick = () => {
    if (busy) return;
    busy = true;
    // A source that is away shows in the stream; here it is only looked for again.
    looking = look()
      .catch(() => {})
      .finally(() => {
        busy = false;
      });
  };
  const everyMs = Math.min(POLL_MS, heartbeatMs);
  let timer = setTimeout(() => {
    timer = setInterval(tick, everyMs);
    tick();
  }, everyMs * nextPhase());
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}

let begun = 0;

/** Links that begin together look at different moments, or whoever waits for one of them waits for all these looks. */
function nextPhase(): number {
  return (++begun * GOLDEN_RATIO) % 1;
}

/** Its multiples, without their whole parts, are spread evenly however many there are. */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;
