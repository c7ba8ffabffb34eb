import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { acknowledgeable, isBehind, keepsUp, lowest, mayJoin } from './positions.ts';

const LINKS = 3;

/** The source, which survives everything. Positions count commits. */
type Source = { end: bigint; shared: bigint | undefined; links: AtSource[] };
type AtSource = { own: bigint | undefined; noted: boolean; publishedAt: bigint };
/** What the process knows, until it is killed. */
type Memory = { startedAt: bigint; acked: bigint; member: boolean };

/**
 * The protocol of source-reader.ts, home.ts and feed.ts step by step, on positions alone: a kill may come between any
 * two steps.
 */
class World {
  readonly source: Source = { end: 10n, shared: undefined, links: [] };
  /** Durable on the targets. */
  readonly durable: bigint[] = [];
  memory: Memory[] = [];
  reader = 0n;

  constructor() {
    for (let link = 0; link < LINKS; link++) {
      this.source.links.push({ own: 10n, noted: false, publishedAt: 10n });
      this.durable.push(10n);
    }
    this.restart();
  }

  restart(): void {
    for (let link = 0; link < LINKS; link++) this.comeHome(link);
    this.source.shared = undefined;
    this.memory = this.durable.map((acked) => ({ startedAt: acked, acked, member: false }));
  }

  apply(link: number, count: bigint): void {
    const to = this.durable[link]! + count;
    this.durable[link] = to < this.source.end ? to : this.source.end;
  }

  acknowledge(link: number): void {
    const memory = this.memory[link]!;
    memory.acked = this.durable[link]!;
    const { links } = this.source;
    if (!memory.member) {
      if (links[link]!.own !== undefined) links[link]!.own = memory.acked;
      return;
    }
    const members = this.memory.filter((each) => each.member);
    const to = acknowledgeable(members, this.source.end);
    if (to > this.reader) this.reader = to;
    this.source.shared = this.reader;
  }

  /** `steps`: after so many the process is killed. */
  join(steps: number): boolean {
    const ready = this.memory.map((memory, link) => ({ ...memory, link })).filter((each) => !each.member);
    if (this.source.shared === undefined) {
      if (ready.length < 2) return true;
      const from = lowest(ready.map(({ link }) => ({ link, confirmed: this.source.links[link]!.own! })));
      const position = from!.confirmed;
      if (ready.filter((each) => mayJoin(each, position)).length < 2) return true;
      this.source.shared = position;
      this.reader = position;
    }
    const joining = ready.filter((each) => mayJoin(each, this.reader));
    for (const { link } of joining) this.memory[link]!.member = true;
    const work = joining.flatMap(({ link }) => [
      () => {
        this.source.links[link]!.noted = true;
      },
      () => {
        this.source.links[link]!.own = undefined;
      },
    ]);
    for (const step of work.slice(0, steps)) step();
    return steps >= work.length;
  }

  leave(link: number): void {
    if (!this.memory[link]!.member) return;
    this.comeHome(link);
    const acked = this.durable[link]!;
    this.memory[link] = { startedAt: acked, acked, member: false };
    if (!this.memory.some((each) => each.member)) this.source.shared = undefined;
  }

  comeHome(link: number): void {
    const at = this.source.links[link]!;
    if (!at.noted) return;
    at.own ??= this.source.shared;
    at.noted = false;
  }

  check(): void {
    for (const [link, at] of this.source.links.entries()) {
      const kept = at.own ?? (at.noted ? this.source.shared : undefined);
      assert.ok(kept !== undefined, `nothing keeps what link ${link} has not applied`);
      assert.ok(kept <= this.durable[link]!, `the source has forgotten what link ${link} has not applied`);
      if (this.memory[link]!.member)
        assert.ok(this.reader >= this.memory[link]!.startedAt, 'read from before its publication was there');
    }
  }
}

const link = fc.nat(LINKS - 1);
const step = fc.oneof(
  fc.record({ do: fc.constant('commit' as const), count: fc.bigInt(1n, 5n) }),
  fc.record({ do: fc.constant('apply' as const), link, count: fc.bigInt(1n, 8n) }),
  fc.record({ do: fc.constant('acknowledge' as const), link }),
  fc.record({ do: fc.constant('join' as const), steps: fc.integer({ min: 0, max: 2 * LINKS }) }),
  fc.record({ do: fc.constant('leave' as const), link }),
  fc.record({ do: fc.constant('kill' as const) }),
);

test('whoever joins, leaves, lags or is killed between any two steps: the source keeps what each link has not applied', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = new World();
      for (const each of steps) {
        if (each.do === 'commit') world.source.end += each.count;
        else if (each.do === 'apply') world.apply(each.link, each.count);
        else if (each.do === 'acknowledge') world.acknowledge(each.link);
        else if (each.do === 'leave') world.leave(each.link);
        else if (each.do === 'kill' || !world.join(each.steps)) {
          world.check();
          world.restart();
        }
        world.check();
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a link with a backlog does not join, and one that joined is not sent away before it is further behind than that', () => {
  const end = 2n ** 40n;
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 30n), (lag) => {
      const link = { acked: end - lag };
      assert.ok(!(keepsUp(link, end) && isBehind(link, end)));
    }),
  );
  assert.equal(keepsUp({ acked: end - 2n ** 30n }, end), false);
  assert.equal(isBehind({ acked: end - 2n ** 30n }, end), true);
});
