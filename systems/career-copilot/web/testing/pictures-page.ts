import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pictureOf, WIDTHS } from '@banyan/ui/testing';

/** Below it a page shows its pictures; what stands above is written by hand. */
const FROM_HERE = '<!-- From here on written by `npm run screenshots`. -->';
/** How broad they are shown, CSS pixels. */
const SHOWN = { wide: 640, narrow: 200 } as const;
const WIDE_LIGHT = pictureOf('', 'wide', 'light');

/** Writes into a page of Markdown what pictures there are in a folder, by area: in the reader's theme, wide beside narrow. */
export function showPictures(page: string, folder: string): void {
  const [byHand] = readFileSync(page, 'utf8').split(FROM_HERE);
  const parts = areasIn(folder).map(
    ([area, names]) =>
      `## ${title(area)}\n\n${names.map((name) => shown(page, join(folder, area), name)).join('\n\n')}\n`,
  );
  writeFileSync(page, `${byHand}${FROM_HERE}\n\n${parts.join('\n')}`);
}

function areasIn(folder: string): [area: string, names: string[]][] {
  const areas = new Map<string, string[]>();
  for (const file of globSync(`*/*${WIDE_LIGHT}`, { cwd: folder }).sort()) {
    const [area, picture] = file.split('/') as [string, string];
    areas.set(area, [...(areas.get(area) ?? []), picture.slice(0, -WIDE_LIGHT.length)]);
  }
  return [...areas];
}

function shown(page: string, folder: string, name: string): string {
  const path = relative(dirname(page), folder);
  const widths = Object.keys(WIDTHS) as (keyof typeof WIDTHS)[];
  const pictures = widths.map(
    (width) =>
      `<picture><source media="(prefers-color-scheme: dark)" srcset="${path}/${pictureOf(name, width, 'dark')}">` +
      `<img src="${path}/${pictureOf(name, width, 'light')}" alt="${title(name)}, ${width}" width="${SHOWN[width]}"></picture>`,
  );
  return `${title(name)}:\n\n${pictures.join('\n')}`;
}

function title(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words[0]!.toUpperCase() + words.slice(1);
}
