/** What `npm run generate` makes of the public API for the front end: types of all that is sent and answered, and whose each operation is. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Operations, wholeApi } from '../openapi.ts';

const SCHEMA = join(import.meta.dirname, 'src', 'api', 'schema.d.ts');
const OPERATIONS = join(import.meta.dirname, 'src', 'api', 'operations.generated.ts');

/** File by file what it must be. */
export async function generated(): Promise<Map<string, string>> {
  const { document, operations } = await wholeApi();
  return new Map([
    [SCHEMA, await schemaOf(document)],
    [OPERATIONS, tableOf(operations)],
  ]);
}

/** The types take longer than the document: while neither it nor its types have changed since, they are what is there. */
async function schemaOf(document: object): Promise<string> {
  const { version } = createRequire(import.meta.url)('openapi-typescript/package.json');
  const of = digest(`${version} ${JSON.stringify(document)}`);
  const known = existsSync(SCHEMA) ? readFileSync(SCHEMA, 'utf8') : '';
  const [head, body] = [known.slice(0, known.indexOf('\n')), known.slice(known.indexOf('\n') + 1)];
  if (head === headOf(of, body)) return known;
  const { astToString, default: typesOf } = await import('openapi-typescript');
  // What has a default is there in each answer, and may be left out of each request (openapi.ts).
  const types = astToString(await typesOf(document as never, { defaultNonNullable: false }));
  return `${headOf(of, types)}\n${types}`;
}

function headOf(document: string, body: string): string {
  return `// By npm run generate: types ${digest(body)} of document ${document}.`;
}

function tableOf(operations: Operations): string {
  const lines = Object.entries(operations).map(([name, { service, onMonolith, takesKey }]) => {
    const key = takesKey ? ', takesKey: true' : '';
    return `  '${name}': { service: '${service}', onMonolith: ${onMonolith}${key} },`;
  });
  return [
    '// By npm run generate.',
    '/**',
    ' * Every operation of the public API: whose it becomes, whether it is there before its service is (`onMonolith` of the plan), and whether it takes',
    ' * an Idempotency-Key.',
    ' */',
    'export const OPERATIONS = {',
    ...lines,
    '} as const;',
    '',
  ].join('\n');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
