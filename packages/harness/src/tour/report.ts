import type { Balances } from '../audit/audit.ts';
import { describeCauses } from './trace/explain.ts';
import type { TracedStall } from './trace/trace.ts';
import type { WayBack } from './ways-back.ts';

/** The report of a tour: what `--json` writes and what the terminal shows at the end. */
export type TourReport = {
  seconds: number;
  requests: number;
  failed: number;
  longestFenceMs: number;
  lagP99Ms: number;
  writes: { acknowledged: number; lost: number; doubled: number };
  /** Events of acknowledged writes, whichever side made them; `expected` is 0 where no load promises any. */
  facts: { expected: number; missing: number; doubled: number };
  stages: StageFigures[];
  rows: { copied: number; verified: number; divergent: number };
  /** `proven`: users went back while users wrote, and what it had taken was looked for. */
  rollback: { lossless: boolean; proven: boolean };
  /** Figures that are 0 at every moment, by the names of what they are of; of each what was farthest off. */
  balances: Balances;
  /** What did not come about, and why: a service that goes back by itself breaks no promise. */
  unfinished: string[];
  /** Each time that a service went back by itself. */
  wentBack: WayBack[];
  /** Fences over 250 ms and times in which all requests stood so long, with what took the time. */
  stalls: TracedStall[];
  /** Requests a second: what the run was to have, and the lowest that a machine which fell behind was left with. */
  rates: { asked: number; lowest: number };
};

export type StageFigures = {
  service: string;
  stage: string;
  requests: number;
  failed: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** p95 as a multiple of the first stage's, in which everything is on the monolith. */
  p95VsMonolith: number;
  /**
   * Processor time of all that answers and of what comes of it (databases, events, replication), for each request, ms; null where the
   * system does not tell, or where not all of it was started by the tour.
   */
  cpuMsPerRequest: number | null;
};

/** Stalls that the terminal shows. */
const MOST_STALLS = 5;

/** What the tour promises. Empty: kept. */
export function brokenPromises(report: TourReport): string[] {
  const broken: string[] = [];
  if (report.requests === 0) broken.push('no request was made: nothing is proven');
  if (report.failed > 0) broken.push(`${report.failed} requests failed`);
  if (report.writes.acknowledged === 0) broken.push('no write was acknowledged: nothing is proven');
  if (report.writes.lost > 0) broken.push(`${report.writes.lost} acknowledged writes were lost`);
  if (report.writes.doubled > 0) broken.push(`${report.writes.doubled} writes were doubled`);
  if (report.facts.missing > 0) broken.push(`${report.facts.missing} writes were told to nobody`);
  if (report.facts.doubled > 0)
    broken.push(`${report.facts.doubled} events told of no write, or of one again`);
  if (report.rows.verified === 0) broken.push('no row was verified: nothing is proven');
  if (report.rows.divergent > 0) broken.push(`${report.rows.divergent} rows differ between the sides`);
  for (const [name, figures] of Object.entries(report.balances))
    for (const [figure, is] of Object.entries(figures))
      if (is !== 0) broken.push(`${name}: ${figure} is ${is} and not 0`);
  if (report.rollback.proven && !report.rollback.lossless) broken.push('going back lost writes');
  return broken;
}

export function renderReport(report: TourReport): string {
  const head = [
    'service',
    'stage',
    'requests',
    'failed',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'p95 vs monolith',
    'cpu ms',
  ];
  const body = report.stages.map((row) => [
    row.service,
    row.stage,
    row.requests.toLocaleString('en'),
    String(row.failed),
    ...[row.p50Ms, row.p95Ms, row.p99Ms].map((ms) => ms.toFixed(1)),
    `${row.p95VsMonolith.toFixed(1)} x`,
    row.cpuMsPerRequest?.toFixed(2) ?? '-',
  ]);
  const { writes, facts, rows } = report;
  const broken = brokenPromises(report);
  return [
    table(head, body, 2),
    '',
    `requests        ${report.requests.toLocaleString('en')}, ${report.failed} failed, in ${report.seconds.toFixed(0)} s`,
    `writes          ${writes.acknowledged.toLocaleString('en')} acknowledged, ${(writes.acknowledged - writes.lost).toLocaleString('en')} found, ${writes.lost} lost, ${writes.doubled} doubled`,
    ...(facts.expected > 0
      ? [
          `facts           ${facts.expected.toLocaleString('en')} expected, ${facts.missing} missing, ${facts.doubled} doubled`,
        ]
      : []),
    `rows            ${rows.copied.toLocaleString('en')} copied, ${rows.verified.toLocaleString('en')} verified, ${rows.divergent} divergent`,
    ...Object.entries(report.balances).map(
      ([name, figures]) => `${name.padEnd(15)} ${describeFigures(figures)}`,
    ),
    `longest fence   ${report.longestFenceMs.toFixed(0)} ms`,
    `lag p99         ${report.lagP99Ms.toFixed(0)} ms`,
    `going back      ${goingBack(report)}`,
    ...(report.rates.lowest < report.rates.asked
      ? [
          `rate            lowered from ${report.rates.asked} to ${report.rates.lowest} requests a second for a while: the machine fell behind`,
        ]
      : []),
    ...describeStalls(report.stalls),
    '',
    ...(report.wentBack.length > 0
      ? [`Went back by itself, no write lost by it:\n${list(report.wentBack.map(describeWayBack))}`, '']
      : []),
    ...(report.unfinished.length > 0
      ? [`Not reached, and nothing lost by it:\n${list(report.unfinished)}`, '']
      : []),
    broken.length === 0
      ? 'No request failed and no acknowledged write was lost.'
      : `Broken promises:\n${list(broken)}`,
  ].join('\n');
}

/** What to do after a run, for the person who has just seen it. */
export function nextSteps(
  report: TourReport,
  options: {
    staysUp: boolean;
    gatewayUrl: string;
    logs: string;
    /** How a smaller one is started. */
    smaller: string;
    /** One to try commands on. */
    service: string;
    invitation?: readonly string[];
  },
): string {
  if (brokenPromises(report).length > 0)
    return `This must not happen: please report it with what is above and the logs in ${options.logs}.`;
  const again =
    report.unfinished.length > 0
      ? `The machine was too busy or too slow for the whole story. Close what else runs, or make it smaller:\n\n  ${options.smaller}\n\n`
      : '';
  if (options.staysUp)
    return `${again}Everything stays up. The gateway is at ${options.gatewayUrl}; try

  npx banyan status
  npx banyan plan ${options.service} --to monolith
  npx banyan rollback ${options.service}
  npx banyan advance ${options.service} --to 10%

${options.invitation ? `${options.invitation.join('\n')}\n\n` : ''}Then write a plan for your own monolith: docs/guide.md. Ctrl-C stops all that was started.`;
  return `${again}Next: npm start without --exit stays up for npx banyan status; docs/guide.md is about your own monolith.`;
}

function describeFigures(figures: Record<string, number>): string {
  return Object.entries(figures)
    .map(([figure, is]) => `${figure} ${is}`)
    .join(', ');
}

/** As JSON: each balance under its own name, e.g. `"ledger": { … }`. */
export function jsonOf({ balances, ...report }: TourReport): object {
  return { ...report, ...balances };
}

function describeWayBack({ service, from, why }: WayBack): string {
  return `${service}, from ${from}: ${why}`;
}

function goingBack({ rollback }: TourReport): string {
  if (!rollback.proven) return 'not tried: the story did not get there';
  return rollback.lossless ? 'lossless' : 'NOT lossless';
}

/** The longest, in the order in which they came; all are in the JSON. */
function describeStalls(stalls: TracedStall[]): string[] {
  const longest = new Set([...stalls].sort((a, b) => b.ms - a.ms).slice(0, MOST_STALLS));
  const left = stalls.length - longest.size;
  return [
    ...stalls.filter((stall) => longest.has(stall)).flatMap(describeStall),
    ...(left > 0 ? [`and ${left} shorter ones, which --json has`] : []),
  ];
}

function describeStall({ what, at, ms, causes }: TracedStall): string[] {
  return [
    `${what}: ${ms.toLocaleString('en')} ms at ${at.slice(11, 23)}`,
    ...describeCauses(causes)
      .slice(0, 4)
      .map((text) => `  - ${text}`),
  ];
}

function list(lines: string[]): string {
  return lines.map((line) => `  - ${line}`).join('\n');
}

/** Columns padded to their widest cell; from `numbersFrom` on, right aligned. */
function table(head: string[], rows: string[][], numbersFrom: number): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, column) =>
        column < numbersFrom ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '─'.repeat(width)).join('──'), ...rows.map(line)].join('\n');
}
