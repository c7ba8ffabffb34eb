import { databasesOf, type ResolvedPlan } from '@banyan/plan';
import { installedObjects } from '@banyan/replication';
import type { ServiceState } from '../../rollout/state.ts';
import type { DatabasesReport, DatabasesSummary } from '../control.ts';
import { askDatabases } from '../facts/ask-databases.ts';
import { judgePlaced, linksInto } from './placed-things.ts';

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
    const databases = this.#databases();
    const looks = await askDatabases([...databases.keys()], 'banyan-inventory', (db, url) =>
      installedObjects(db, linksInto(this.#plan, url)),
    );
    const states = await this.#states();
    const report: DatabasesReport = { things: [], unreachable: [] };
    for (const [url, where] of databases) {
      const look = looks.get(url)!;
      if ('why' in look) report.unreachable.push({ where, why: look.why });
      else report.things.push(...judgePlaced(this.#plan, states, { where, url }, look.answer));
    }
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

  /** Each URL with its first path in the plan. The control database is no place for links and locks. */
  #databases(): Map<string, string> {
    const places = new Map<string, string>();
    for (const [where, url] of databasesOf(this.#plan))
      if (where !== 'control.database' && !places.has(url)) places.set(url, where);
    return places;
  }
}
