/** The report of a tour: what `--json` writes and what the terminal shows at the end. */
export type TourReport = {
  seconds: number;
  requests: number;
  failed: number;
  longestFenceMs: number;
  lagP99Ms: number;
  writes: { acknowledged: number; lost: number; doubled: number };
  stages: StageFigures[];
  rows: { copied: number; verified: number; divergent: number };
  rollback: { lossless: boolean };
};

export type StageFigures = {
  service: string;
  stage: string;
  requests: number;
  failed: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
};

/** What the tour promises. Empty: kept. */
export function brokenPromises(report: TourReport): string[] {
  const broken: string[] = [];
  if (report.requests === 0) broken.push('no request was made: nothing is proven');
  if (report.failed > 0) broken.push(`${report.failed} requests failed`);
  if (report.writes.acknowledged === 0) broken.push('no write was acknowledged: nothing is proven');
  if (report.writes.lost > 0) broken.push(`${report.writes.lost} acknowledged writes were lost`);
  if (report.writes.doubled > 0) broken.push(`${report.writes.doubled} writes were doubled`);
  if (report.rows.verified === 0) broken.push('no row was verified: nothing is proven');
  if (report.rows.divergent > 0) broken.push(`${report.rows.divergent} rows differ between the sides`);
  if (!report.rollback.lossless) broken.push('going back lost writes');
  return broken;
}

export function renderReport(report: TourReport): string {
  const head = ['service', 'stage', 'requests', 'failed', 'p50 ms', 'p95 ms', 'p99 ms'];
  const body = report.stages.map((row) => [
    row.service,
    row.stage,
    row.requests.toLocaleString('en'),
    String(row.failed),
    ...[row.p50Ms, row.p95Ms, row.p99Ms].map((ms) => ms.toFixed(1)),
  ]);
  const { writes, rows } = report;
  const broken = brokenPromises(report);
  return [
    table(head, body, 2),
    '',
    `requests        ${report.requests.toLocaleString('en')}, ${report.failed} failed, in ${report.seconds.toFixed(0)} s`,
    `writes          ${writes.acknowledged.toLocaleString('en')} acknowledged, ${(writes.acknowledged - writes.lost).toLocaleString('en')} found, ${writes.lost} lost, ${writes.doubled} doubled`,
    `rows            ${rows.copied.toLocaleString('en')} copied, ${rows.verified.toLocaleString('en')} verified, ${rows.divergent} divergent`,
    `longest fence   ${report.longestFenceMs.toFixed(0)} ms`,
    `lag p99         ${report.lagP99Ms.toFixed(0)} ms`,
    `going back      ${report.rollback.lossless ? 'lossless' : 'NOT lossless'}`,
    '',
    broken.length === 0
      ? 'No request failed and no acknowledged write was lost.'
      : `Broken promises:\n${broken.map((one) => `  - ${one}`).join('\n')}`,
  ].join('\n');
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
