import type { Span } from '../../load/stalls.ts';

/** What PostgreSQL says of itself that may explain a wait, from its log. Wall clock, ms. */
export type ServerEvent = Span & {
  kind: 'statement' | 'checkpoint' | 'lock';
  /** Application, or PostgreSQL's own process. */
  who: string;
  what: string;
  /** Part of the span that this took: a checkpoint writes for a long time and syncs at its end. */
  ms: number;
};

/** Settings that make the server's log tell what `readServerLog` reads; parameters stay out of it. */
export const TOLD_BY_SERVER: Readonly<Record<string, string>> = {
  log_line_prefix: '%m [%p] %a ',
  log_checkpoints: 'on',
  log_lock_waits: 'on',
  deadlock_timeout: '200ms',
  log_min_duration_statement: '200ms',
  log_parameter_max_length: '0',
};

const LINE =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC \[(\d+)\] (.*?) ?(LOG|DETAIL|STATEMENT|CONTEXT|HINT): {2}(.*)$/;
const STATEMENT = /^duration: ([\d.]+) ms {2}(?:statement|parse \S+|bind \S+|execute \S+): (.*)$/;
const CHECKPOINT = /^(?:checkpoint|restartpoint) complete:.* sync=([\d.]+) s, total=([\d.]+) s/;
const ACQUIRED = /^process (\d+) acquired (\w+) on (.*?) after ([\d.]+) ms/;
const WAITING = /^process (\d+) still waiting for /;
const HOLDER = /^Process(?:es)? holding the lock: ([\d, ]+)\./;

export function readServerLog(text: string): ServerEvent[] {
  const events: ServerEvent[] = [];
  /** The applications of the processes seen, and who was said to hold what a process waits for. */
  const applications = new Map<string, string>();
  const holders = new Map<string, string>();
  let waiting: string | null = null;
  for (const line of text.split('\n')) {
    const parts = LINE.exec(line);
    if (!parts) continue;
    const [, time, pid, application, level, message] = parts as unknown as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const to = Date.parse(`${time.replace(' ', 'T')}Z`);
    const who = application === '' || application === '[unknown]' ? `process ${pid}` : application;
    applications.set(pid, who);
    if (level === 'DETAIL' && waiting) {
      const held = HOLDER.exec(message);
      if (held) holders.set(waiting, held[1]!);
    }
    if (level !== 'LOG') continue;
    waiting = WAITING.exec(message)?.[1] ?? null;
    const statement = STATEMENT.exec(message);
    if (statement) events.push(spanTo(to, Number(statement[1]), 'statement', who, shorten(statement[2]!)));
    const checkpoint = CHECKPOINT.exec(message);
    if (checkpoint) {
      const [sync, total] = [Number(checkpoint[1]) * 1000, Number(checkpoint[2]) * 1000];
      events.push({ ...spanTo(to, total, 'checkpoint', 'checkpointer', 'checkpoint sync'), ms: sync });
    }
    const acquired = ACQUIRED.exec(message);
    if (acquired) {
      const [, waiter, mode, object, ms] = acquired as unknown as string[];
      const holder = (holders.get(waiter!) ?? '')
        .split(', ')
        .map((one) => applications.get(one) ?? `process ${one}`);
      const by = holders.has(waiter!) ? `, held by ${[...new Set(holder)].join(' and ')}` : '';
      events.push(spanTo(to, Number(ms), 'lock', who, `${mode} on ${object}${by}`));
    }
  }
  return events;
}

function spanTo(to: number, ms: number, kind: ServerEvent['kind'], who: string, what: string): ServerEvent {
  return { from: to - ms, to, ms, kind, who, what };
}

function shorten(sql: string): string {
  const line = sql.replaceAll(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
