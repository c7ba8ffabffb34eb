import { stripVTControlCharacters, styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Colours for one stream: none when it is no terminal, or when NO_COLOR is set. */
export function painter(stream: NodeJS.WriteStream): (format: Format, text: string) => string {
  return (format, text) => styleText(format, text, { stream });
}

/** Colours on standard output. */
export const paint = painter(process.stdout);

/** Writes a line of a command's answer. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Writes one JSON document on one line, the only thing on standard output with --json. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Writes a line about how things go; never mixed with the answer on standard output. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Columns to fill: the terminal's, or no limit when the output goes elsewhere. */
export function widthOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? Math.max(40, stream.columns ?? 80) : Number.POSITIVE_INFINITY;
}

/** Aligned columns two blanks apart; the last column may be of any length and is wrapped to the width. */
export function table(rows: readonly (readonly string[])[], width = widthOf(process.stdout)): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: Math.max(0, columns - 1) }, (_, index) =>
    Math.max(0, ...rows.map((row) => stripVTControlCharacters(row[index] ?? '').length)),
  );
  const indent = widths.reduce((sum, each) => sum + each + 2, 0);
  return rows.flatMap((row) => {
    const head = widths.map((each, index) => pad(row[index] ?? '', each)).join('  ');
    const [first = '', ...more] = wrap(row[columns - 1] ?? '', width - indent);
    const line = widths.length > 0 ? `${head}  ${first}` : first;
    return [line.trimEnd(), ...more.map((rest) => ' '.repeat(indent) + rest)];
  });
}

/** Breaks a text at blanks into lines of at most `width`; a longer word stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && stripVTControlCharacters(longer).length > Math.max(20, width)) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** '1 row', '2 rows'. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Seconds as people say them: '0.4 s', '12 s', '4 min', '3 h', '2 d'. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.max(0, Math.round(seconds * 10) / 10)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6_000) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}

export function milliseconds(value: number): string {
  return value < 10 ? `${Math.round(value * 10) / 10} ms` : `${count(value)} ms`;
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1_000 ** power;
  return `${scaled < 10 && power > 0 ? scaled.toFixed(1) : Math.round(scaled)} ${units[power]}`;
}

/** '12 s ago' of an ISO time; 'never' of null. */
export function ago(time: string | null, now: Date): string {
  if (time === null) return 'never';
  return `${duration(Math.max(0, (now.getTime() - Date.parse(time)) / 1_000))} ago`;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stripVTControlCharacters(text).length));
}
