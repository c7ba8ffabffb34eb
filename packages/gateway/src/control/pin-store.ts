import type pg from 'pg';
import type { PinRow, PinStore } from './route-table.ts';

/** Pins in the control database; how they are numbered is in schema.sql. */
export function pinStore(pool: pg.Pool, workerId: string, leaseMs: number): PinStore {
  return {
    leaseMs,
    async write({ pins, version, forMs, most }) {
      const { rows } = await pool.query<{ seq: number; pinned: boolean }>(WRITE, [
        ...columnsOf(pins),
        pins.map(({ side }) => side),
        version,
        forMs,
        most,
      ]);
      return rows[0]!;
    },
    async lift(pins) {
      await pool.query('SELECT control.end_late($1, $2, $3)', [
        ...columnsOf(pins),
        pins.map(({ seq }) => seq),
      ]);
    },
    async changes(since) {
      const { rows } = await pool.query<{ seq: number; rows: PinRow[] }>(CHANGES, [since]);
      return rows[0] as { seq: number; rows: PinRow[] };
    },
    async ack(seq) {
      await pool.query('UPDATE control.workers SET pins_seen = $2 WHERE id = $1', [workerId, seq]);
    },
    async seenByAll() {
      const { rows } = await pool.query(SEEN_BY_ALL);
      return rows[0].seq;
    },
  };
}

const WRITE = 'SELECT number::float8 AS seq, pinned FROM control.tell_late($1, $2, $3, $4, $5, $6)';

/** One statement, so one snapshot: whoever has seen a number has seen all pins up to it. */
const CHANGES = `
  SELECT clock.seq::float8 AS seq, coalesce((SELECT jsonb_agg(jsonb_build_object(
             'consumer', consumer, 'service', service, 'side', side, 'seq', pins.seq, 'version', version,
             'remainingMs', extract(epoch FROM until - clock_timestamp()) * 1000))
           FROM control.pins WHERE pins.seq > $1), '[]') AS rows
    FROM control.pin_clock clock`;

/** Without workers it is what there is by now: a look that began before a pin never speaks for it. */
const SEEN_BY_ALL = `
  SELECT coalesce(min(pins_seen), (SELECT seq FROM control.pin_clock))::float8 AS seq
    FROM control.workers WHERE lease_until > clock_timestamp()`;

function columnsOf(pins: Pick<PinRow, 'consumer' | 'service'>[]): [consumers: string[], services: string[]] {
  return [pins.map(({ consumer }) => consumer), pins.map(({ service }) => service)];
}
