import type { ServiceStatus } from '@banyan/banyan/operate';
import { createLogUpdate } from 'log-update';
import type { LoadSummary } from '../load/engine.ts';

export type View = {
  event(text: string): void;
  /** A line that stays in the picture; elsewhere an event. */
  keep(text: string): void;
  status(services: ServiceStatus[]): void;
  load(summary: LoadSummary): void;
  /** Leaves the last picture and writes no more. */
  close(): void;
};

const BAR = 24;
/** Width of a service's name. */
const NAME = 15;
const EVENTS = 8;
const LEAST_EVENTS = 3;

/** A live picture on a terminal; elsewhere one line for each event. */
export function createView(
  stream: NodeJS.WriteStream,
  startedAt: number,
  title: string,
  /** How much time is left, in words; undefined: nobody knows yet. */
  timeLeft: () => string | undefined,
): View {
  const clock = () => `${((performance.now() - startedAt) / 1000).toFixed(0).padStart(3)} s`;
  const left = () => {
    const words = timeLeft();
    return words === undefined ? '' : `  (${words})`;
  };
  if (!stream.isTTY) {
    const event = (text: string) => void stream.write(`${clock()}  ${text}${left()}\n`);
    return {
      event,
      keep: event,
      status: () => {},
      load: () => {},
      close: () => {},
    };
  }
  const update = createLogUpdate(stream);
  const kept: string[] = [];
  const events: string[] = [];
  let services: ServiceStatus[] = [];
  let figures: LoadSummary | null = null;
  const draw = () =>
    update(
      picture(
        title,
        clock() + left(),
        { kept, services, figures, events },
        {
          columns: stream.columns ?? 80,
          rows: stream.rows ?? 24,
        },
      ),
    );
  const timer = setInterval(draw, 100);
  return {
    event(text) {
      events.push(`${clock()}  ${text}`);
      if (events.length > EVENTS) events.shift();
    },
    keep: (text) => void kept.push(text),
    status: (next) => {
      services = next;
    },
    load: (next) => {
      figures = next;
    },
    close() {
      clearInterval(timer);
      draw();
      update.done();
    },
  };
}

type Shown = { kept: string[]; services: ServiceStatus[]; figures: LoadSummary | null; events: string[] };

/** What fits a terminal of that size: what has just happened gives way. */
export function picture(
  title: string,
  clock: string,
  { kept, services, figures, events }: Shown,
  { columns, rows }: { columns: number; rows: number },
): string {
  const lines = [`Banyan moves ${title}${clock.padStart(10)}`, ...kept, ''];
  for (const one of services) {
    const filled = Math.round((one.share / 10_000) * BAR);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR - filled);
    const stage = one.stage === 'canary' ? `canary ${one.share / 100}%` : one.stage;
    lines.push(`${one.service.padEnd(NAME)} monolith ${bar} service   ${stage}`);
    if (!isMoving(one)) continue;
    lines.push(`${' '.repeat(NAME + 1)}${linkLine(one)}`);
    if (one.message) lines.push(`${' '.repeat(NAME + 1)}${one.message}`);
  }
  if (figures) {
    const { stage, p50Ms, p95Ms, p99Ms } = figures;
    lines.push('', `load    ${figures.requests.toLocaleString('en')} requests, ${figures.failures} failed`);
    lines.push(
      `        in ${stage}: p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
    );
  }
  const left = Math.max(LEAST_EVENTS, rows - lines.length - 2);
  lines.push('', ...events.slice(-left));
  return lines.map((line) => line.slice(0, columns - 1)).join('\n');
}

/** Of the others there is nothing to tell but where they are. */
function isMoving({ stage, share, target, links, draining, paused }: ServiceStatus): boolean {
  const isThere = stage === target.stage && share === target.share && paused === null && !draining;
  return !isThere || links.some(({ state }) => state !== 'off' && state !== 'streaming');
}

function linkLine({ links }: ServiceStatus): string {
  const running = links.filter((link) => link.state !== 'off');
  if (running.length === 0) return 'rows do not flow';
  return running
    .map((link) => {
      const direction = link.link.endsWith('forward') ? '→' : '←';
      const rests = link.resting ? `, ${link.resting}` : '';
      if (link.state === 'copying') {
        const left = link.secondsLeft === null ? '' : `, ${Math.ceil(link.secondsLeft)} s left`;
        return `${direction} copying ${link.rowsCopied}/${link.rowsTotal} rows, ${Math.round(link.rowsPerSecond)}/s${left}${rests}`;
      }
      return `${direction} ${link.state}, lag ${Math.round(link.lagMs)} ms${rests}`;
    })
    .join('   ');
}
