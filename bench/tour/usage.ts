import { listProcesses } from './processes.ts';

/** Milliseconds of processor time, by who used them. */
export type Used = Map<string, number>;

/** Counts what all processes below one use, by the stage in which they do. What one uses between the last sample and its end is not counted. */
export class Usage {
  readonly stages = new Map<string, Used>();
  readonly #root: number;
  #stage: string | undefined;
  #last: ReadonlyMap<number, number> = new Map();

  constructor(root: number) {
    this.#root = root;
  }

  /** Undefined: nothing more is counted. */
  enter(stage: string | undefined): void {
    this.sample();
    this.#stage = stage;
  }

  sample(): void {
    const now = listProcesses(this.#root);
    const used = this.#stage === undefined ? undefined : this.#of(this.#stage);
    for (const { pid, who, ms } of now) {
      const since = ms - (this.#last.get(pid) ?? 0);
      if (since > 0) used?.set(who, (used.get(who) ?? 0) + since);
    }
    this.#last = new Map(now.map(({ pid, ms }) => [pid, ms]));
  }

  #of(stage: string): Used {
    const used = this.stages.get(stage) ?? new Map<string, number>();
    this.stages.set(stage, used);
    return used;
  }
}

export function sumOf(parts: readonly Used[]): Used {
  const sum: Used = new Map();
  for (const [who, ms] of parts.flatMap((part) => [...part])) sum.set(who, (sum.get(who) ?? 0) + ms);
  return sum;
}
