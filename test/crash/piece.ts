export type Crashing = {
  /** Deaths in all. */
  runs: number;
  /** The same seed makes the same crashes. */
  seed: number;
  /** Makes an empty database; its url. */
  database: (name: string) => Promise<string>;
};

/** What went wrong is in `problems`; empty is good. `replayed`: dead letters for the processes' ends alone, given again. */
type Crashed = { runs: number; crashes: number; kills: number; replayed?: number; problems: string[] };

/** One piece that has to survive: how it dies of a fault put into it, and how of `kill -9`. */
export function crashing(
  inject: (options: Crashing) => Promise<{ crashes: number; replayed?: number; problems: string[] }>,
  kill: (options: Crashing) => Promise<{ kills: number; replayed?: number; problems: string[] }>,
): (options: Crashing) => Promise<Crashed> {
  return async (options) => {
    // A process takes longer to start than a fault to be put there.
    const killed = Math.ceil(options.runs / 5);
    const injected = await inject({ ...options, runs: options.runs - killed });
    const killing = await kill({ ...options, runs: killed });
    const { runs } = options;
    const replayed = (injected.replayed ?? 0) + (killing.replayed ?? 0);
    return {
      runs,
      crashes: injected.crashes,
      kills: killing.kills,
      ...(replayed > 0 ? { replayed } : {}),
      problems: [...injected.problems, ...killing.problems],
    };
  };
}
