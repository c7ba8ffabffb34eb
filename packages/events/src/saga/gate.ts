/**
 * Lets a process stop between two attempts, never inside one if it can be helped. Work that must not go on is parked: its
 * promise never settles, so that it records nothing, and the process that takes the saga over goes on from the records.
 */
export type Gate = {
  readonly closing: boolean;
  /** Runs `work` unless closing; then, and whenever `work` fails while closing, never settles. */
  pass<T>(work: () => Promise<T>): Promise<T>;
  /** Like `pass`, and `close` waits for it. */
  enter<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves after a time, or never if closing. `close` does not wait for it. */
  pause(ms: number): Promise<void>;
  /** Resolves when nothing that was entered runs any more, or after `graceMs`. */
  close(graceMs: number): Promise<void>;
};

export function createGate(): Gate {
  let closing = false;
  let inside = 0;
  let emptied = () => {};
  const pauses = new Set<NodeJS.Timeout>();
  const leave = () => {
    inside--;
    if (inside === 0) emptied();
  };
  const pass = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closing) return await never();
    try {
      return await work();
    } catch (error) {
      if (closing) return await never();
      throw error;
    }
  };
  return {
    get closing() {
      return closing;
    },
    pass,
    async enter(work) {
      return await pass(async () => {
        inside++;
        try {
          return await work();
        } finally {
          leave();
        }
      });
    },
    async pause(ms) {
      leave();
      if (closing) return await never();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          pauses.delete(timer);
          resolve();
        }, ms);
        pauses.add(timer);
      });
      inside++;
    },
    async close(graceMs) {
      closing = true;
      for (const timer of pauses) clearTimeout(timer);
      if (inside === 0) return;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        emptied = resolve;
        timer = setTimeout(resolve, graceMs);
      });
      clearTimeout(timer);
    },
  };
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
