import { startBenchServer } from './server.ts';

export type Result = { name: string; value: number; unit: string };

/** One thing that is measured, with databases of its own on a server of the benchmark's. */
export type PhaseOf<Given, Found> = (
  given: Given & { createDatabase(name: string): Promise<string> },
) => Promise<Found>;

/** Runs phases that lie as `<name>.ts` in a folder, each its `run`, one after the other on one server. `only`: these, with commas between. */
export async function runPhases<Given, Found>(
  folder: string,
  { all, only, given }: { all: readonly string[]; only: string | undefined; given: Given },
): Promise<Found[]> {
  const server = await startBenchServer();
  try {
    const found: Found[] = [];
    for (const name of only?.split(',') ?? all) {
      if (!all.includes(name)) throw new Error(`No phase ${name}. There are: ${all.join(', ')}`);
      const { run } = (await import(new URL(`${name}.ts`, folder).href)) as { run: PhaseOf<Given, Found> };
      found.push(await run({ ...given, createDatabase: (each) => server.createDatabase(each) }));
    }
    return found;
  } finally {
    await server.stop();
  }
}

export function tell({ name, value, unit }: Result, digits: number): void {
  const shown = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  console.log(`${name.padEnd(50)}${shown.padStart(10)} ${unit}`);
}
