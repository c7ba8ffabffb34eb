import type { ServiceStatus, StepRecord } from '@banyan/banyan/operate';
import type { AuditResult, Balances } from '../audit/audit.ts';
import type { FactsResult } from '../audit/facts.ts';
import type { LoadStats } from '../load/engine.ts';
import type { StageFigures, TourReport } from './report.ts';
import type { TracedStall } from './trace/trace.ts';
import type { WayBack } from './ways-back.ts';

/** Collects over the whole tour what the status shows only for a moment. */
export class Figures {
  private readonly copied = new Map<string, number[]>();
  private readonly lagP99 = new Map<string, number>();
  private readonly verified = new Map<string, { rows: number; divergent: number }>();

  see(services: ServiceStatus[]): void {
    for (const { service, links, verification } of services) {
      for (const link of links) {
        if (link.state === 'streaming' && link.lagP99Ms > 0) this.lagP99.set(link.link, link.lagP99Ms);
        this.seeCopied(link.link, link.rowsCopied);
      }
      for (const table of verification) {
        const divergent = table.missingInNew + table.missingInLegacy + table.inconsistent;
        this.verified.set(`${service} ${table.table}`, { rows: table.rows, divergent });
      }
    }
  }

  /** A count that falls belongs to a new copy: the service went back and came again. */
  private seeCopied(link: string, rows: number): void {
    const runs = this.copied.get(link) ?? [0];
    const last = runs.at(-1)!;
    if (rows >= last) runs[runs.length - 1] = rows;
    else runs.push(rows);
    this.copied.set(link, runs);
  }

  report(parts: {
    seconds: number;
    load: LoadStats;
    steps: StepRecord[];
    audits: AuditResult[];
    /** Of each service that went back; empty: the story did not get there. */
    goneBack: AuditResult[];
    /** Undefined: nobody listened. */
    facts: FactsResult | undefined;
    unfinished: string[];
    wentBack: WayBack[];
    stalls: TracedStall[];
    rates: { asked: number; lowest: number };
    /** Processor time by stage, ms. */
    usedMs: ReadonlyMap<string, number>;
  }): TourReport {
    const { load, steps, audits, goneBack, facts, unfinished, wentBack, stalls, rates, usedMs } = parts;
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    const verified = [...this.verified.values()];
    return {
      seconds: Math.round(parts.seconds * 10) / 10,
      requests: load.requests,
      failed: load.failures,
      longestFenceMs: Math.round(Math.max(0, ...steps.map((step) => step.fenceMs ?? 0))),
      lagP99Ms: Math.round(Math.max(0, ...this.lagP99.values())),
      writes: {
        acknowledged: audits.at(-1)?.acknowledged ?? 0,
        // A read that did not show its own user's last write counts as a write lost, if only for a moment.
        lost: Math.max(...audits.map((audit) => audit.lost + audit.resurrected)) + load.violations.count,
        doubled: Math.max(...audits.map((audit) => audit.doubled)),
      },
      facts: { expected: facts?.expected ?? 0, missing: facts?.missing ?? 0, doubled: facts?.doubled ?? 0 },
      stages: stageFigures(load.stages, usedMs),
      rows: {
        copied: sum([...this.copied.values()].flat()),
        verified: sum(verified.map(({ rows }) => rows)),
        divergent: sum(verified.map(({ divergent }) => divergent)),
      },
      rollback: {
        proven: goneBack.length > 0,
        lossless:
          goneBack.some(({ acknowledged }) => acknowledged > 0) &&
          goneBack.every(({ lost, resurrected }) => lost === 0 && resurrected === 0),
      },
      balances: farthestOff([...audits, ...goneBack].map(({ balances }) => balances)),
      unfinished,
      wentBack,
      stalls,
      rates,
    };
  }
}

/** Of each figure what is farthest from 0, wherever and whenever it was looked at. */
function farthestOff(all: readonly Balances[]): Balances {
  const farthest: Balances = {};
  for (const [name, figures] of all.flatMap(Object.entries<Record<string, number>>)) {
    const known = farthest[name] ?? {};
    const further = Object.entries(figures).filter(
      ([figure, is]) => Math.abs(is) >= Math.abs(known[figure] ?? 0),
    );
    farthest[name] = { ...known, ...Object.fromEntries(further) };
  }
  return farthest;
}

/** In the order in which they were first entered: the first is the monolith with all users, which the others are held against. */
function stageFigures(stages: LoadStats['stages'], usedMs: ReadonlyMap<string, number>): StageFigures[] {
  const seen = stages.filter(({ requests }) => requests > 0);
  const monolithMs = seen[0]?.p95Ms ?? 0;
  return seen.map(({ stage: name, requests, failures, p50Ms, p95Ms, p99Ms }) => {
    const [service = '', stage = ''] = name.split(':');
    const p95VsMonolith = monolithMs > 0 ? Math.round((p95Ms / monolithMs) * 100) / 100 : 0;
    const used = usedMs.get(name);
    const cpuMsPerRequest = used === undefined ? null : Math.round((used / requests) * 1_000) / 1_000;
    return {
      service,
      stage,
      requests,
      failed: failures,
      p50Ms,
      p95Ms,
      p99Ms,
      p95VsMonolith,
      cpuMsPerRequest,
    };
  });
}
