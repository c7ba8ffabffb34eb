/**
 * What the pages of Career Copilot ask of whoever opens them: `npm run bench:web`.
 *
 *   --loads N    how often a page is opened for its paint (default 7)
 *   --seconds N  of scrolling a list (default 5)
 *   --json FILE  also write the figures to FILE
 *
 * The monolith serves them by loopback to a headless Chromium on the same two cores. Aims: the first load has under 200 kB of JavaScript (gzip), the
 * largest paint comes within 1.5 s on a processor slowed down to a quarter, a board of 500 applications and a search with 10,000 results scroll at
 * 60 frames a second; the build, which the first `npm start` after a change waits for, takes less than the 15 s that the web may cost. Pages
 * that are not there are named under `missing`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPerson, type Person, type PersonOptions, startChromium } from '@banyan/ui/testing';
import { buildWeb, writePages } from '../../systems/career-copilot/web/build.ts';
import { sizeOf } from '../../systems/career-copilot/web/build-size.ts';
import { stranger, visitor } from '../../systems/career-copilot/web/testing/visitor.ts';
import { startMonolithWorld } from '../../systems/career-copilot/web/testing/worlds.ts';
import { cpuOfAll } from '../cpu.ts';
import { MACHINE } from '../machine.ts';
import { median } from '../median.ts';
import { percentile } from '../percentile.ts';
import { startBenchServer } from '../server.ts';
import { largestPaints, whyNotThere } from './paint.ts';
import { readOn, type Scrolled, scrolled } from './scroll.ts';

/** Without an aim: told to be compared. */
type Result = { name: string; value: number; unit: string; aim?: number; isMet?: boolean };

const { values } = parseArgs({
  options: {
    loads: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
});
const APPLICATIONS = 500;
const RESULTS = 10_000;
/** Some postings are no longer open. */
const JOBS = Math.ceil(RESULTS / 0.8);
/** Of a search, so many results are read at once, and so many times more before somebody is far down. */
const PART = 50;
const READ_PARTS = 20;
/** What a screen of 60 Hz leaves for a frame, ms, and what its clock may be off by. */
const FRAME_MS = 1_000 / 60;
const TOLERANCE_MS = 0.5;
/** Percent of the frames: below what is seen. */
const MOST_DROPPED = 2;

const results: Result[] = [];
const missing: { name: string; why: string }[] = [];
const server = await startBenchServer();
const browser = await startChromium();
try {
  console.log(`${MACHINE}, Chromium ${browser.version()}`);
  await measure();
} finally {
  await browser.close();
  await server.stop();
}
report();

async function measure(): Promise<void> {
  await measureBuild();
  atMost('first load, JavaScript', sizeOf(await buildWeb()).firstJavaScript / 1_000, 'kB', 200);
  const world = await startMonolithWorld(await server.createDatabase('monolith'), {
    users: 1_000,
    companies: 400,
    jobs: JOBS,
    applications: 2_000,
    ofOnePerson: APPLICATIONS,
  });
  const chromium = { person: (options: PersonOptions) => openPerson(browser, options) };
  const { origin, people } = world;
  const somebody = () => visitor(chromium, { origin, reducedMotion: false }, people.busy);
  try {
    for (const [name, path, open] of [
      ['login', '/login', () => stranger(chromium, { origin })],
      ['first page when logged in', '/', somebody],
    ] as const) {
      const paints = await largestPaints(open, path, Number(values.loads));
      if (typeof paints === 'string') missing.push({ name: `largest paint, ${name}`, why: paints });
      else atMost(`largest paint, ${name}, median of ${paints.length}`, median(paints), 'ms', 1_500);
    }
    const search = `search, ${RESULTS.toLocaleString('en')} results`;
    for (const [name, path, parts] of [
      [`board, ${APPLICATIONS} applications`, '/applications', 0],
      [search, '/jobs', 0],
      [`${search}, ${(READ_PARTS * PART).toLocaleString('en')} of them read`, '/jobs', READ_PARTS],
    ] as const) {
      const result = await scrolledBy(await somebody(), path, parts);
      if (typeof result === 'string') missing.push({ name: `scrolling, ${name}`, why: result });
      else tellOf(name, result);
    }
  } finally {
    await world.stop();
  }
}

async function measureBuild(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-web-'));
  const [from, cpuFrom] = [performance.now(), cpuOfAll(process.pid)];
  try {
    await writePages(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
  atMost('build', (performance.now() - from) / 1_000, 's', 15);
  tell('build, processor time', (cpuOfAll(process.pid) - cpuFrom) / 1_000, 's');
}

/** After so many further parts of a list that goes on as one scrolls. */
async function scrolledBy(person: Person, path: string, parts: number): Promise<Scrolled | string> {
  try {
    const page = await person.tab(path);
    const why = await whyNotThere(page);
    if (why) return why;
    await person.settled();
    await readOn(page, parts);
    await person.settled();
    return await scrolled(page, Number(values.seconds));
  } finally {
    await person.end();
  }
}

function tellOf(name: string, { asked, way, frames }: Scrolled): void {
  atMost(`${name}, time of a frame, median`, median(asked), 'ms', FRAME_MS + TOLERANCE_MS);
  atMost(`${name}, time of a frame, p95`, percentile(asked, 0.95), 'ms', FRAME_MS + TOLERANCE_MS);
  if (frames.all === 0)
    missing.push({ name: `${name}, frames dropped`, why: 'the trace of this Chromium tells of none' });
  else {
    atMost(`${name}, frames dropped`, (100 * frames.dropped) / frames.all, '%', MOST_DROPPED);
    tell(`${name}, frames with something late besides`, (100 * frames.late) / frames.all, '%');
  }
  atLeast(`${name}, of the way scrolled`, way, '%', 95);
}

function atMost(name: string, value: number, unit: string, aim: number): void {
  results.push({ name, value: round(value), unit, aim: round(aim), isMet: value <= aim });
}

function atLeast(name: string, value: number, unit: string, aim: number): void {
  results.push({ name, value: round(value), unit, aim, isMet: value >= aim });
}

function tell(name: string, value: number, unit: string): void {
  results.push({ name, value: round(value), unit });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function report(): void {
  for (const { name, value, unit, aim, isMet } of results) {
    const figure = `${name.padEnd(56)}${value.toFixed(1).padStart(9)} ${unit.padEnd(4)}`;
    if (aim === undefined) console.log(figure);
    else console.log(`${figure} aim ${aim.toFixed(1).padStart(7)}  ${isMet ? 'met' : 'MISSED'}`);
  }
  for (const { name, why } of missing) console.log(`${name.padEnd(56)}   missing: ${why}`);
  if (values.json) {
    const told = { machine: MACHINE, date: new Date().toISOString(), results, missing };
    writeFileSync(values.json, `${JSON.stringify(told, null, 2)}\n`);
  }
}
