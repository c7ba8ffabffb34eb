import { isLinked, type ResolvedPlan } from '@banyan/plan';
import { createPool } from '@banyan/postgres';
import { namesOf, SHARED_SLOT } from '@banyan/replication';
import type { PreflightFinding } from './finding.ts';

/** What is read by links in one server, through one of its databases. */
type Source = { where: string; url: string; slots: string[]; connections: number };
type Server = { id: string; slots: Room; senders: Room; connections: Room };
/** Of a setting: what is in use, and what of it is ours. */
type Room = { setting: number; used: number; ours: number };

/** A slot, and its sender, that links of one source share while they keep up; each needs its own whenever it does not. */
const SHARED_SLOTS = 1;
/** Sessions that a service's links, verification and repairs have in each of its two databases at most. */
const SESSIONS_OF_SERVICE = 10;
/** Sessions of the control plane in the monolith's database: write locks, facts, the shared reader. */
const SESSIONS_OF_CONTROL = 6;

/**
 * Whether the servers have room for the links of all services at once: a slot and a sender for each, one more that links of
 * one source share, and their sessions. One link by itself finds the last free one, and the next service would find none, weeks later.
 */
export async function checkCapacity(
  plan: ResolvedPlan,
  unusable: ReadonlySet<string>,
): Promise<PreflightFinding[]> {
  const sources = sourcesOf(plan).filter(({ url }) => !unusable.has(url));
  const read = await Promise.all(
    sources.map(async (source) => ({ source, server: await readServer(source) })),
  );
  const servers = Map.groupBy(read, ({ server }) => server.id);
  return [...servers.values()].flatMap((same) => {
    const needed = same.reduce((sum, { source }) => sum + slotsOf(source), 0);
    const sessions = same.reduce((sum, { source }) => sum + source.connections, 0);
    const ours = (pick: (server: Server) => Room) =>
      same.reduce((sum, { server }) => sum + pick(server).ours, 0);
    const { source, server } = same[0]!;
    return [
      lacking(source.where, 'replication slots', 'max_replication_slots', needed, {
        ...server.slots,
        ours: ours(({ slots }) => slots),
      }),
      lacking(source.where, 'WAL senders', 'max_wal_senders', needed, {
        ...server.senders,
        ours: ours(({ senders }) => senders),
      }),
      lacking(source.where, 'connections', 'max_connections', sessions, server.connections).map(
        // Most of the time they are far fewer, and come and go.
        (finding) => ({ ...finding, severity: 'warning' as const }),
      ),
    ].flat();
  });
}

function slotsOf({ slots }: Source): number {
  return slots.length + (slots.length > 1 ? SHARED_SLOTS : 0);
}

function sourcesOf({ monolith, services }: ResolvedPlan): Source[] {
  const linked = Object.values(services).filter(isLinked);
  const slotOf = (service: string, direction: 'forward' | 'reverse') => namesOf({ service, direction }).slot;
  return [
    {
      where: 'monolith.database',
      url: monolith.database,
      slots: linked.map(({ name }) => slotOf(name, 'forward')),
      connections: linked.length * SESSIONS_OF_SERVICE + SESSIONS_OF_CONTROL,
    },
    ...linked.map(({ name, database }) => ({
      where: `services.${name}.database`,
      url: database,
      slots: [slotOf(name, 'reverse')],
      connections: SESSIONS_OF_SERVICE,
    })),
  ];
}

function lacking(
  where: string,
  what: string,
  name: string,
  needed: number,
  { setting, used, ours }: Room,
): PreflightFinding[] {
  const free = setting - used;
  const more = needed - ours;
  // None at all is said by each link.
  if (free >= more || free < 1) return [];
  const wanted = used + more;
  return [
    {
      where,
      code: 'no_room',
      severity: 'error',
      message: `The services of the plan need ${more} more ${what} on this server, and ${free} of ${setting} are free.`,
      hint: `Set ${name} to ${wanted} or more (ALTER SYSTEM SET ${name} = ${wanted}) and restart the server, or drop what nobody uses.`,
    },
  ];
}

/** Our links' own slots, and the one that they share. */
const OURS = `(slot_name = ANY ($1) OR slot_name ~ '${SHARED_SLOT}') AND database = current_database()`;

async function readServer({ where, url, slots }: Source): Promise<Server> {
  const pool = createPool(url, { max: 1, applicationName: 'banyan-check' });
  try {
    const { rows } = await pool.query(
      `SELECT current_setting('max_replication_slots')::int AS slots, current_setting('max_wal_senders')::int AS senders,
         (SELECT count(*)::int FROM pg_replication_slots) AS slots_used,
         (SELECT count(*)::int FROM pg_replication_slots WHERE ${OURS}) AS slots_ours,
         (SELECT count(*)::int FROM pg_stat_replication) AS senders_used,
         (SELECT count(*)::int FROM pg_replication_slots WHERE ${OURS} AND active) AS senders_ours,
         current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS connections,
         (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) AS connections_used,
         (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name LIKE 'banyan%' AND pid <> pg_backend_pid()) AS connections_ours,
         has_function_privilege('pg_control_system()', 'EXECUTE') AS known`,
      [slots],
    );
    const found = rows[0];
    const id = found.known
      ? (await pool.query('SELECT system_identifier::text AS id FROM pg_control_system()')).rows[0].id
      : where;
    return {
      id,
      slots: { setting: found.slots, used: found.slots_used, ours: found.slots_ours },
      senders: { setting: found.senders, used: found.senders_used, ours: found.senders_ours },
      connections: {
        setting: found.connections,
        used: found.connections_used,
        ours: found.connections_ours,
      },
    };
  } finally {
    await pool.end();
  }
}
