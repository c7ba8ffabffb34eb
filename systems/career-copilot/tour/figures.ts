import type { ServiceStatus, StepRecord } from '@banyan/banyan/operate';
import type { AuditResult } from '../traffic/audit.ts';
import type { TrafficStats } from '../traffic/traffic.ts';
import type { StageFigures, TourReport } from './report.ts';

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
    traffic: TrafficStats;
    steps: StepRecord[];
    audits: AuditResult[];
    goingBack: AuditResult;
  }): TourReport {
    const { traffic, steps, audits, goingBack } = parts;
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    const verified = [...this.verified.values()];
    return {
      seconds: Math.round(parts.seconds * 10) / 10,
      requests: traffic.requests,
      failed: traffic.failures,
      longestFenceMs: Math.round(Math.max(0, ...steps.map((step) => step.fenceMs ?? 0))),
      lagP99Ms: Math.round(Math.max(0, ...this.lagP99.values())),
      writes: {
        acknowledged: audits[0]?.acknowledged ?? 0,
        // A read that did not show its own user's last write counts as a write lost, if only for a moment.
        lost: Math.max(...audits.map((audit) => audit.lost + audit.resurrected)) + traffic.violations.count,
        doubled: Math.max(...audits.map((audit) => audit.doubled)),
      },
      stages: traffic.stages.filter(({ requests }) => requests > 0).map(stageFigures),
      rows: {
        copied: sum([...this.copied.values()].flat()),
        verified: sum(verified.map(({ rows }) => rows)),
        divergent: sum(verified.map(({ divergent }) => divergent)),
      },
      rollback: {
        lossless: goingBack.acknowledged > 0 && goingBack.lost === 0 && goingBack.resurrected === 0,
      },
    };
  }
}

function stageFigures({
  stage: name,
  requests,
  failures,
  p50Ms,
  p95Ms,
  p99Ms,
}: TrafficStats['stages'][number]): StageFigures {
  const [service = '', stage = ''] = name.split(':');
  return { service, stage, requests, failed: failures, p50Ms, p95Ms, p99Ms };
}
