import { SingleBar } from 'cli-progress';
import { count, duration, note, painter } from './output.ts';

/** Long work as the person at the terminal sees it, on standard error. */
export interface Progress {
  /** Something happened that stays on the screen. */
  log(line: string): void;
  /** How far the present piece of work is; `rate` per second, `secondsLeft` null while unknown. */
  step(work: {
    label: string;
    done: number;
    total: number;
    unit: string;
    rate: number;
    secondsLeft: number | null;
    /** Why it goes slower than it could. */
    note?: string | null;
  }): void;
  /** Waiting without a measure, and for what. */
  wait(label: string, reason: string): void;
  end(): void;
}

/** A plain progress line is written after this time, ms, or this part of the work. */
const LINE_MS = 5_000;
const LINE_PART = 0.1;

/** A bar on a terminal, plain lines elsewhere. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? new BarProgress(stream) : new LineProgress();
}

class BarProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #bold: (text: string) => string;
  #bar: SingleBar | null = null;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#bold = (text) => painter(stream)('bold', text);
  }

  log(line: string): void {
    this.end();
    this.#stream.write(`${line}\n`);
  }

  step(work: Parameters<Progress['step']>[0]): void {
    const text = `${Math.floor(ratio(work) * 100)}%  ${describe(work)}`;
    this.#show(work.label, ratio(work), text);
  }

  wait(label: string, reason: string): void {
    this.#show(label, null, reason);
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = null;
  }

  #show(label: string, part: number | null, text: string): void {
    const payload = {
      label: this.#bold(label),
      text,
      bar_: part === null ? '' : this.#drawBar(part, label, text),
    };
    if (this.#bar) this.#bar.update(part ?? 0, payload);
    else {
      this.#bar = new SingleBar({
        stream: this.#stream,
        clearOnComplete: true,
        hideCursor: true,
        format: '{label}  {bar_}{text}',
      });
      this.#bar.start(1, part ?? 0, payload);
    }
  }

  /** As long as the line leaves room for; nothing when that is too little to read. */
  #drawBar(part: number, label: string, text: string): string {
    const room = (this.#stream.columns ?? 80) - label.length - text.length - '  [] '.length - 1;
    const size = Math.min(24, room);
    if (size < 5) return '';
    const filled = Math.round(part * size);
    return `[${'='.repeat(filled)}${' '.repeat(size - filled)}] `;
  }
}

class LineProgress implements Progress {
  #lastLine = '';
  #lastAt = Number.NEGATIVE_INFINITY;
  #lastPart = 0;

  log(line: string): void {
    note(line);
  }

  step(work: Parameters<Progress['step']>[0]): void {
    const now = performance.now();
    const line = `${work.label}: ${Math.floor(ratio(work) * 100)}%, ${describe(work)}`;
    const moved = Math.abs(ratio(work) - this.#lastPart) >= LINE_PART;
    if (line === this.#lastLine || (now - this.#lastAt < LINE_MS && !moved)) return;
    this.#lastPart = ratio(work);
    this.#lastLine = line;
    this.#lastAt = now;
    note(line);
  }

  wait(label: string, reason: string): void {
    const line = `${label}: ${reason}`;
    if (reason === '' || line === this.#lastLine) return;
    this.#lastLine = line;
    note(line);
  }

  end(): void {}
}

function ratio({ done, total }: { done: number; total: number }): number {
  return total > 0 ? Math.min(1, done / total) : 0;
}

function describe({
  done,
  total,
  unit,
  rate,
  secondsLeft,
  note: why,
}: Parameters<Progress['step']>[0]): string {
  const left = secondsLeft === null ? '' : `, ${duration(secondsLeft)} left`;
  const speed = rate > 0 ? `, ${count(rate)} ${unit}/s${left}` : '';
  return `${count(done)} of ${count(total)} ${unit}${speed}${why ? `; ${why}` : ''}`;
}
