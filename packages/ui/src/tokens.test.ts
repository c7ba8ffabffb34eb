import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const themes = ['light', 'dark'] as const;
type Theme = (typeof themes)[number];

const grounds = ['surface', 'raised', 'sunken', 'hover', 'pressed'];
const tones = ['accent', 'good', 'warning', 'danger', 'info'];
const series = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `series-${number}`);

/** WCAG 2.2: 1.4.3 for what is read, 1.4.11 for what is only seen. */
const pairs: Array<[front: string, ground: string, least: number]> = [
  ...grounds.flatMap((ground) => [
    ...['text', 'muted', 'accent-strong', ...tones].map((front): [string, string, number] => [
      front,
      ground,
      4.5,
    ]),
    ['focus', ground, 3] as [string, string, number],
  ]),
  ...['surface', 'raised', 'sunken'].flatMap((ground) =>
    ['border-strong', ...series].map((front): [string, string, number] => [front, ground, 3]),
  ),
  ...tones.flatMap((tone) =>
    [tone, 'text', 'muted'].map((front): [string, string, number] => [front, `${tone}-soft`, 4.5]),
  ),
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-strong', 4.5],
  ['on-danger', 'danger', 4.5],
  ['on-danger', 'danger-strong', 4.5],
  ['accent-strong', 'accent-soft', 4.5],
];

for (const theme of themes) {
  test(`each pair of colours that is used together has the contrast that WCAG asks for, ${theme}`, () => {
    const poor = pairs
      .map(([front, ground, least]) => ({
        front,
        ground,
        least,
        is: contrast(colour(front, theme), colour(ground, theme)),
      }))
      .filter(({ is, least }) => is < least)
      .map(({ front, ground, least, is }) => `${front} on ${ground}: ${is.toFixed(2)}, least ${least}`);
    assert.deepEqual(poor, []);
  });
}

test('series of charts are told apart from each other', () => {
  for (const theme of themes) {
    for (const [at, name] of series.entries()) {
      for (const other of series.slice(at + 1)) {
        assert.ok(
          distance(colour(name, theme), colour(other, theme)) > 0.07,
          `${name} and ${other} look alike (${theme})`,
        );
      }
    }
  }
});

function colour(name: string, theme: Theme): [number, number, number] {
  const found = new RegExp(`--color-${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\);`).exec(css);
  assert.ok(found, `tokens.css has no --color-${name} with two themes`);
  const hex = found[theme === 'light' ? 1 : 2]!;
  return [1, 3, 5].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255)) as [
    number,
    number,
    number,
  ];
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

function luminance([red, green, blue]: [number, number, number]): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: [number, number, number], other: [number, number, number]): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Distance in OKLab (https://bottosson.github.io/posts/oklab/): 0.02 is just seen side by side. */
function distance(one: [number, number, number], other: [number, number, number]): number {
  const [a, b] = [oklab(one), oklab(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function oklab([red, green, blue]: [number, number, number]): [number, number, number] {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
