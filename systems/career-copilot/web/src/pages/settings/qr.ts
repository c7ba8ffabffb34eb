import { encode } from 'uqr';

/** Light modules around the code, without which cameras do not find it (ISO/IEC 18004). */
const BORDER = 4;

/** A QR code of a text as an SVG path: of dark squares of size 1, in a box of `size` a side. */
export function qrPath(text: string): { path: string; size: number } {
  const { data, size } = encode(text, { border: BORDER });
  const path = data.flatMap((row, y) =>
    runsOf(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`),
  );
  return { path: path.join(''), size };
}

/** Where dark modules begin in a row, and how many stand together. */
export function runsOf(row: readonly boolean[]): Array<[start: number, length: number]> {
  const runs: Array<[number, number]> = [];
  for (const [x, isDark] of row.entries()) {
    if (!isDark) continue;
    if (row[x - 1] && runs.length > 0) runs.at(-1)![1] += 1;
    else runs.push([x, 1]);
  }
  return runs;
}
