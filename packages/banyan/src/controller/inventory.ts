import { createPool } from '@banyan/postgres';
import { type Placed, placedIn } from '@banyan/replication';
import type { DatabasesReport, DatabasesSummary } from '../control/control.ts';
import { databasesOf, type ResolvedPlan } from '../plan/resolved.ts';
import type { ServiceState } from '../stage/stages.ts';
import { judgePlaced, linksInto } from './placed-things.ts';

/** How long one database may take to let us in, and to answer, ms. */
const ANSWER_MS = 2_000;
/** How many databases are asked at a time. */
const AT_A_TIME = 4;
/** How old a summary may be before somebody who asks for one has it made anew, ms. */
const FRESH_MS = 30_000;

/** What Banyan has put into the databases of a plan. A status never waits for them: it is told the last look. */
export class DatabaseInventory {
  readonly #plan: ResolvedPlan;
  readonly #states: () => Promise<ServiceState[]>;
  #summary: DatabasesSummary | null = null;
  #begunAt = Number.NEGATIVE_INFINITY;

  constructor(plan: ResolvedPlan, states: () => Promise<ServiceState[]>) {
    this.#plan = plan;
    this.#states = states;
  }

  /** As of the last look; begins the next one when that is old. */
  latest(now: number): DatabasesSummary | null {
    if (Math.abs(now - this.#begunAt) >= FRESH_MS) {
      this.#begunAt = now;
      void this.look(null).catch(() => {}); // without the control database the next status looks again
    }
    return this.#summary;
  }

  async look(service: string | null): Promise<DatabasesReport> {
    const looks = await this.#lookInto(this.#databases());
    const states = await this.#states();
    const report: DatabasesReport = { things: [], unreachable: [] };
    for (const { where, url, found } of looks)
      if (typeof found === 'string') report.unreachable.push({ where, why: found });
      else report.things.push(...judgePlaced(this.#plan, states, { where, url }, found));
    const count = (state: string) => report.things.filter((thing) => thing.state === state).length;
    this.#summary = {
      used: count('used'),
      leftovers: count('leftover'),
      unreachable: report.unreachable.length,
      lookedAt: new Date().toISOString(),
    };
    if (service === null) return report;
    return { ...report, things: report.things.filter((thing) => thing.service === service) };
  }

  /** Each once, by its first path in the plan. The control database is no place for links and locks. */
  #databases(): { where: string; url: string }[] {
    const places = new Map<string, string>();
    for (const [where, url] of databasesOf(this.#plan))
      if (where !== 'control.database' && !places.has(url)) places.set(url, where);
    return [...places].map(([url, where]) => ({ where, url }));
  }

  async #lookInto(databases: { where: string; url: string }[]) {
    const looks: { where: string; url: string; found: Placed[] | string }[] = [];
    for (let first = 0; first < databases.length; first += AT_A_TIME) {
      const some = databases.slice(first, first + AT_A_TIME);
      looks.push(
        ...(await Promise.all(
          some.map(async (one) => ({ ...one, found: await ask(one.url, linksInto(this.#plan, one.url)) })),
        )),
      );
    }
    return looks;
  }
}

/** What is there, or why nobody can say. */
async function ask(url: string, links: string[]): Promise<Placed[] | string> {
  const pool = createPool(url, {
    max: 1,
    applicationName: 'banyan-inventory',
    statementTimeoutMs: ANSWER_MS,
  });
  pool.options.connectionTimeoutMillis = ANSWER_MS;
  try {
    return await placedIn(pool, links);
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return message || code || 'no answer';
  } finally {
    await pool.end();
  }
}
