/**
 * `npm run generate`: writes what each system's contracts say as AsyncAPI document and as page for people; what its front end makes of its
 * API (`generated.ts`, `web/generated.ts`); and what the plan's schema says as reference and as JSON Schema, into docs/.
 * With `--check` nothing is written; it exits 1 and names the files that are not what they would be.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { asyncApi, type Contracts, messagesPage } from '@banyan/events/machinery';
import { planJsonSchema, planReference } from '@banyan/plan';

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [folder] = positionals;

const stale: string[] = [];
const files = folder
  ? await messages(folder)
  : new Map([...(await messages('systems')), ...(await ofApis('systems')), ...plan()]);
for (const [file, text] of files) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  const name = relative('.', file);
  if (values.check) stale.push(name);
  else {
    writeFileSync(file, text);
    console.log(`wrote ${name}`);
  }
}
for (const name of stale) console.error(`${name} is stale: run npm run generate`);
process.exit(stale.length > 0 ? 1 : 0);

/** File by file what it must be: the plan's schema for people and for tools. */
function plan(): Map<string, string> {
  return new Map([
    [join('docs', 'plan.md'), planReference()],
    [join('docs', 'plan.schema.json'), `${JSON.stringify(planJsonSchema(), null, 2)}\n`],
  ]);
}

/** File by file what it must be, for every system in there that makes something of its API, or whose front end does. */
async function ofApis(parent: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const source of globSync('*/{,web/}generated.ts', { cwd: parent }).sort()) {
    const { generated } = await import(pathToFileURL(resolve(parent, source)).href);
    for (const [file, text] of await generated()) files.set(file, text);
  }
  return files;
}

/**
 * File by file what it must be, for every folder in there whose `contracts.ts`, or the files in whose `contracts/`, export
 * `contracts`: those of a system's services are told together.
 */
async function messages(parent: string): Promise<Map<string, string>> {
  const stated = new Map<string, Contracts>();
  for (const source of globSync('*/contracts{.ts,/*.ts}', { cwd: parent }).sort()) {
    const path = resolve(parent, source);
    const { contracts } = (await import(pathToFileURL(path).href)) as { contracts?: Contracts };
    if (!contracts) continue;
    const at = join(resolve(parent), source.split(sep)[0]!);
    const { events, commands } = stated.get(at) ?? { events: {}, commands: {} };
    stated.set(at, {
      ...contracts,
      events: { ...events, ...contracts.events },
      commands: { ...commands, ...contracts.commands },
    });
  }
  const files = new Map<string, string>();
  for (const [at, contracts] of stated) {
    files.set(join(at, 'messages.asyncapi.json'), `${JSON.stringify(asyncApi(contracts), null, 2)}\n`);
    files.set(join(at, 'messages.md'), messagesPage(contracts));
  }
  return files;
}
