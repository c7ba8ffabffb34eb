/** Runs what it is given in order, so many at once: what is sent in hundreds would wait in the browser, where its time runs out. */
export type Lanes = <T>(work: () => Promise<T>) => Promise<T>;

export function createLanes(atOnce: number): Lanes {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < atOnce) running += 1;
    // Whoever ends hands their place on.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
