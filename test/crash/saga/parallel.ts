/** Runs `work` for 0 to `count` - 1, at most `width` at a time. */
export async function inParallel<T>(
  count: number,
  width: number,
  work: (number: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) results.push(await work(next++));
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, worker));
  return results;
}
