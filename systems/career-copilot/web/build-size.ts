import { globSync, readFileSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** What a browser loads before it shows the first page, and what there is besides; bytes as gzip sends them. */
export type Size = {
  firstJavaScript: number;
  firstCss: number;
  laterJavaScript: number;
  largestLater: string;
};

const COMPRESSED = '**/*.{html,js,css,svg,json}';
/** Below one packet nothing is gained. */
const WORTH_COMPRESSING = 1_024;
/** Above it the last few percent take seconds of each build. */
const LARGE = 1_000_000;

/** Puts `.br` and `.gz` beside each file that gets smaller by it, so that nobody compresses while somebody waits. */
export async function compressFiles(folder: string): Promise<void> {
  await Promise.all(globSync(COMPRESSED, { cwd: folder }).map((file) => compressFile(join(folder, file))));
}

async function compressFile(file: string): Promise<void> {
  const content = await readFile(file);
  if (content.length < WORTH_COMPRESSING) return;
  const params = {
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    [constants.BROTLI_PARAM_QUALITY]: content.length > LARGE ? 9 : constants.BROTLI_MAX_QUALITY,
  };
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(content, { params }),
    promisify(gzip)(content, { level: 9 }),
  ]);
  await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)]);
}

/** Of a folder that `buildWeb` has built. First is what index.html itself names, scripts that it preloads included. */
export function sizeOf(folder: string): Size {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file!);
  const scripts = globSync('assets/*.js', { cwd: folder });
  const later = scripts.filter((file) => !named.includes(file));
  const total = (files: string[]) => files.reduce((sum, file) => sum + sent(join(folder, file)), 0);
  const [largestLater = ''] = later.sort((a, b) => sent(join(folder, b)) - sent(join(folder, a)));
  return {
    firstJavaScript: total(named.filter((file) => file.endsWith('.js'))),
    firstCss: total(named.filter((file) => file.endsWith('.css'))),
    laterJavaScript: total(later),
    largestLater,
  };
}

export function describeSize({ firstJavaScript, firstCss, laterJavaScript, largestLater }: Size): string {
  const kb = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`;
  return `first load ${kb(firstJavaScript)} of JavaScript and ${kb(firstCss)} of CSS, later ${kb(laterJavaScript)} (gzip), the largest of them ${largestLater}`;
}

function sent(file: string): number {
  return (statSync(`${file}.gz`, { throwIfNoEntry: false }) ?? statSync(file)).size;
}
