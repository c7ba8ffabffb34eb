/** What `asked` comes to, unless that takes longer: then rejects, and nobody hears of it any more. */
export async function within<T>(timeoutMs: number, asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  return await Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
