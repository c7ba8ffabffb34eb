/** Of one route since the last report: how many requests there were, how many carried its key, and some of the keys. */
export type RouteKeysSeen = {
  service: string;
  route: string;
  requests: number;
  keyed: number;
  sample: string[];
};

/** Keys per route that a worker tells, and the longest of them: enough to see whether they are those of a column. */
const SAMPLE = 20;
const LONGEST = 64;

type Counts = { service: string; requests: number; keyed: number; told: Set<string>; sample: string[] };

/** Whether the requests of each route carry its key, and which keys these are: that a plan names the right one is seen here. */
export class RouteKeys {
  readonly #routes = new Map<string, Counts>();

  /** `text` of the key; null: the request carried none. */
  add(service: string, route: string, text: string | null): void {
    let counts = this.#routes.get(route);
    if (counts === undefined) {
      counts = { service, requests: 0, keyed: 0, told: new Set(), sample: [] };
      this.#routes.set(route, counts);
    }
    counts.requests++;
    if (text === null) return;
    counts.keyed++;
    if (counts.told.size >= SAMPLE || text.length > LONGEST || counts.told.has(text)) return;
    counts.told.add(text);
    counts.sample.push(text);
  }

  take(): RouteKeysSeen[] {
    const list: RouteKeysSeen[] = [];
    for (const [route, counts] of this.#routes) {
      const { service, requests, keyed, sample } = counts;
      if (requests === 0) continue;
      list.push({ service, route, requests, keyed, sample });
      Object.assign(counts, { requests: 0, keyed: 0, sample: [] });
    }
    return list;
  }
}
