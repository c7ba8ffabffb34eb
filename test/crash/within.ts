/**
 * `work`, or an error that names what did not come: a wait that never ends would end the whole file at its limit, and nobody would
 * know where. Generous: it tells hanging from slow.
 */
export async function within<T>(
  what: string | (() => string),
  work: Promise<T>,
  limitMs = 60_000,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`${typeof what === 'string' ? what : what()}: not within ${limitMs / 1_000} s`));
  }, limitMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
