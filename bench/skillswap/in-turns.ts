/** Does something so many times, so many at a time. Seconds. */
export async function inTurns(
  count: number,
  { atOnce }: { atOnce: number },
  one: (turn: number) => Promise<unknown>,
): Promise<number> {
  const began = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (performance.now() - began) / 1_000;
}
