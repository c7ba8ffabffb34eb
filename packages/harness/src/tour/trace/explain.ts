import { overlapMs, type Stall } from '@banyan/service/stalls';
import type { Span } from '../../load/stalls.ts';
import type { ServerEvent } from './server-log.ts';
import type { MachineSample, WaitSample } from './waits.ts';

/** All that was recorded during a run. Times are wall clock, ms. */
export type Records = {
  processes: Map<string, Stall[]>;
  server: ServerEvent[];
  waits: WaitSample[];
  machine: MachineSample[];
};

export type Cause = {
  kind:
    | 'cpu-wait'
    | 'stolen'
    | 'stood'
    | 'gc'
    | 'busy'
    | 'blocked'
    | 'checkpoint'
    | 'lock'
    | 'statement'
    | 'session-wait';
  who: string;
  ms: number;
  text: string;
};

/** What takes less than this part of the time explains nothing. */
const TELLING = 0.2;
/** This part of all processes, standing at once without using a processor: it was not they. */
const NEARLY_ALL = 0.8;

/**
 * What the processes, the server and the machine did in a span in which users waited, what took longest first. Empty: nothing
 * that was recorded tells.
 */
export function explain(span: Span, records: Records): Cause[] {
  const causes = [
    ...stolen(span, records.machine),
    ...stoodTogether(span, records.processes),
    ...[...records.processes].flatMap(([process, stalls]) => ofProcess(span, process, stalls)),
    ...records.server.flatMap((event) => ofServer(span, event)),
    ...ofSessions(span, records.waits),
  ];
  const least = (span.to - span.from) * TELLING;
  return causes.filter(({ ms }) => ms >= least).sort((a, b) => b.ms - a.ms);
}

/** The causes in words; what several processes have in common is one line. */
export function describeCauses(causes: Cause[]): string[] {
  const waits = causes.filter(({ kind }) => kind === 'cpu-wait');
  const [longest, ...others] = waits;
  const rest = others.map(({ who, ms }) => `, ${who} ${round(ms)} ms`).join('');
  return causes
    .filter((one) => one === longest || one.kind !== 'cpu-wait')
    .map((one) => (one === longest ? one.text + rest : one.text));
}

function ofProcess(span: Span, who: string, stalls: Stall[]): Cause[] {
  const sum = (of: (stall: Stall) => number) =>
    stalls.reduce(
      (total, stall) => total + of(stall) * (overlapMs(stall, span) / Math.max(1, stall.to - stall.from)),
      0,
    );
  const waitMs = sum((stall) => stall.waitMs ?? 0);
  const gcMs = sum((stall) => stall.gcMs);
  // What a late loop spent on a processor it was busy with itself; the rest it neither ran nor waited to.
  const busyMs = sum((stall) => (stall.loopMs > 0 ? Math.min(stall.loopMs, stall.cpuMs ?? 0) : 0)) - gcMs;
  const blockedMs = sum((stall) => blockedOf(stall));
  const causes: Cause[] = [
    {
      kind: 'cpu-wait',
      who,
      ms: waitMs,
      text: `the machine took the time: ${who} waited ${round(waitMs)} ms for a processor`,
    },
    { kind: 'gc', who, ms: gcMs, text: `${who} collected garbage for ${round(gcMs)} ms` },
    { kind: 'busy', who, ms: busyMs, text: `${who} worked for ${round(busyMs)} ms without a pause` },
    {
      kind: 'blocked',
      who,
      ms: blockedMs,
      text: `${who} stood for ${round(blockedMs)} ms, neither running nor ready to run`,
    },
  ];
  return causes;
}

function blockedOf({ loopMs, cpuMs, waitMs }: Stall): number {
  return cpuMs === null || waitMs === null ? 0 : Math.max(0, loopMs - cpuMs - waitMs);
}

/** Processes that know nothing of each other do not block at the same moment: then the machine itself stood still. */
function stoodTogether(span: Span, processes: Map<string, Stall[]>): Cause[] {
  if (processes.size < 3) return [];
  const stood = [...processes.values()].map((stalls) =>
    Math.max(0, ...stalls.map((stall) => Math.min(blockedOf(stall), overlapMs(stall, span)))),
  );
  const least = (span.to - span.from) * TELLING;
  const those = stood.filter((ms) => ms >= least);
  if (those.length < processes.size * NEARLY_ALL) return [];
  const ms = Math.min(...those);
  const text = `the machine took the time: ${those.length} of ${processes.size} processes stood at once for ${round(ms)} ms or longer`;
  return [{ kind: 'stood', who: 'machine', ms, text }];
}

function stolen(span: Span, samples: MachineSample[]): Cause[] {
  const ms = samples.reduce(
    (sum, one) => sum + one.stolenMs * (overlapMs(one, span) / Math.max(1, one.to - one.from)),
    0,
  );
  return [
    {
      kind: 'stolen',
      who: 'machine',
      ms,
      text: `the machine took the time: its host kept ${round(ms)} ms of processors back`,
    },
  ];
}

function ofServer(span: Span, event: ServerEvent): Cause[] {
  const overlap = overlapMs(event, span);
  if (overlap === 0) return [];
  const ms = Math.min(event.ms, overlap);
  const { who, what, kind } = event;
  switch (kind) {
    case 'checkpoint':
      return [{ kind, who, ms, text: `a checkpoint synced for ${round(event.ms)} ms` }];
    case 'lock':
      return [{ kind, who, ms, text: `${who} waited ${round(event.ms)} ms for ${what}` }];
    case 'statement':
      return [{ kind, who, ms, text: `a statement of ${who} took ${round(event.ms)} ms: ${what}` }];
  }
}

/** Waits of sessions are seen from time to time only: each counts for the time between two looks. */
function ofSessions(span: Span, samples: WaitSample[]): Cause[] {
  const within = samples.filter(({ at }) => at >= span.from && at <= span.to);
  const seen = new Map<string, number>();
  for (const { waits } of within)
    for (const wait of Object.keys(waits)) if (wait !== 'running') seen.set(wait, (seen.get(wait) ?? 0) + 1);
  return [...seen].map(([wait, looks]) => {
    const ms = ((span.to - span.from) * looks) / within.length;
    const most = Math.max(...within.map(({ waits }) => waits[wait] ?? 0));
    const text = `sessions of the database waited for ${wait} in ${looks} of ${within.length} looks, up to ${most} at once`;
    return { kind: 'session-wait' as const, who: 'postgres', ms, text };
  });
}

const round = (ms: number) => Math.round(ms).toLocaleString('en');
