import { relative } from 'node:path';

/** What node:test tells when a file has ended; the summary of the whole run has no file. */
type Summary = { file?: string; duration_ms: number; counts: { tests: number; failed: number } };

/** A reporter of node:test beside `spec`: after each file it says how far the run is, since the suite takes minutes. */
export default async function* progress(source: AsyncIterable<{ type: string; data: unknown }>) {
  const files = process.env.BANYAN_TEST_FILES;
  let ended = 0;
  for await (const { type, data } of source) {
    if (type !== 'test:summary') continue;
    const { file, duration_ms, counts } = data as Summary;
    if (!file) continue;
    ended += 1;
    const outcome =
      counts.failed > 0 ? `${counts.failed} of ${counts.tests} FAILED` : `${counts.tests} tests`;
    yield `[${ended}/${files}] ${relative(process.cwd(), file)}: ${outcome}, ${(duration_ms / 1000).toFixed(1)} s\n`;
  }
}
