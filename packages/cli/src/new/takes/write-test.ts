import type { Parts } from './parts.ts';
import { sampleOf } from './samples.ts';
import { markOf, promiseOf } from './write-load.ts';
import { columnUp, ownerKind } from './write-store.ts';

/** routes.test.ts: what was brought is read by its user and by nobody else, and what is made is read again. */
export function testOf(service: string, serviceName: string, parts: readonly Parts[]): string {
  const withOwner = parts.find((each) => ownerKind(each) !== null);
  const [ada, grace] = [7, 8].map((n) => (withOwner ? personOf(withOwner, n) : n));
  const who = typeof ada === 'number' ? 'number' : 'string';
  const marked = parts.filter((each) => markOf(each) !== null && each.id !== null);
  return `import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import type { RunningService } from '@banyan/service';
import { API } from '../../api/common.ts';
import { type GatewayDouble, startGatewayDouble } from '../../kit/testing/gateway.ts';
${marked.length > 0 ? `import load from './load.ts';\n` : ''}import { ${serviceName} } from './main.ts';

const ADA = ${JSON.stringify(ada)};
const GRACE = ${JSON.stringify(grace)};
let service: RunningService;
let gateway: GatewayDouble;

/** Rows as replication brings them from the monolith, each of them Ada's if it is anybody's. */
const BROUGHT = {
${parts.map((each) => `  ${JSON.stringify(each.table.sql)}: ${JSON.stringify(brought(each))},`).join('\n')}
};

before(async () => {
  const server = await testServer();
  gateway = await startGatewayDouble();
  service = await ${serviceName}.start({
    DATABASE_URL: await server.database('${service.replaceAll('-', '_')}'),
    API_URL: gateway.url,
    LOG_LEVEL: 'silent',
  });
});

after(async () => {
  await service?.close();
  gateway?.close();
});

/** In this order: whatever a row belongs to before it. */
async function bring(...tables: (keyof typeof BROUGHT)[]): Promise<void> {
  for (const table of tables) {
    const row = BROUGHT[table];
    const columns = Object.keys(row).map((column) => \`"\${column}"\`).join(', ');
    await service.pool.query(
      \`INSERT INTO \${table} (\${columns}) SELECT \${columns} FROM jsonb_populate_record(NULL::\${table}, $1) ON CONFLICT DO NOTHING\`,
      [JSON.stringify(row)],
    );
  }
}

// biome-ignore lint/suspicious/noExplicitAny: each test reads what it expects
type Json = any;

async function call(as: ${who} | null, method: string, path: string, body?: object): Promise<{ status: number; body: Json }> {
  const response = await fetch(\`\${service.url}\${API}\${path}\`, {
    method,
    headers: {
      ...(as === null ? {} : { authorization: \`Bearer \${gateway.token(as${who === 'string' ? ' as never' : ''})}\` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

${parts.map(ofTable).join('\n')}${marked.map(found).join('')}`;
}

/** The first row: Ada's, or of the first row that it may belong to. */
function brought(parts: Parts): Record<string, unknown> {
  const { table, parent } = parts;
  const row = sampleOf(table, 1);
  if (parent) return { ...row, [columnUp(parts)]: brought(parent)[parent.id!] };
  return table.owner.by === 'key' ? { ...row, [columnUp(parts)]: personOf(parts, 7) } : row;
}

/** Somebody as the column with the owner has them; the tokens of tests have nobody but numbers and uuids. */
function personOf(parts: Parts, n: number): number | string {
  const kind = ownerKind(parts);
  return kind === 'uuid' ? `00000000-0000-4000-8000-00000000000${n}` : kind === 'number' ? n : String(n);
}

function ofTable(parts: Parts): string {
  const { table, path, id, isListed, given, parent } = parts;
  const owner = ownerKind(parts);
  const at = path.replace(':id', String(parent ? brought(parent)[parent.id!] : ''));
  const todo = fits(parts) ? '' : TODO;
  const lineage = lineageOf(parts)
    .map(({ table }) => JSON.stringify(table.sql))
    .join(', ');
  const first = brought(parts)[table.key[0]!];
  const one = id === null || parent ? null : `${at}/${first}`;
  const tests: string[] = [];
  if (isListed)
    tests.push(`  it('are read in pages${owner ? ' by their user, and by nobody else' : ''}', ${todo}async () => {
    await bring(${lineage});
    const { status, body } = await call(ADA, 'GET', '${at}');
    assert.equal(status, 200);
    assert.equal(body.items[0].${table.key[0]}, ${JSON.stringify(first)});
${owner ? `    assert.deepEqual((await call(GRACE, 'GET', '${at}')).body.items, []);\n` : ''}    assert.equal((await call(null, 'GET', '${at}')).status, 401);
  });`);
  if (one)
    tests.push(`  it('are read one by one', ${todo}async () => {
    await bring(${lineage});
    assert.equal((await call(ADA, 'GET', '${one}')).status, 200);
${owner ? `    assert.equal((await call(GRACE, 'GET', '${one}')).status, 404);\n` : ''}  });`);
  if (given !== null)
    tests.push(`  it('are made${parent ? ' where the row is their user’s' : ''}, and shown as they were answered', ${todo}async () => {
    await bring(${lineage});
    const row = ${JSON.stringify(newRow(parts, 2))};
${parent ? `    assert.equal((await call(GRACE, 'POST', '${at}', row)).status, 404);\n` : ''}    const made = await call(ADA, 'POST', '${at}', row);
    assert.equal(made.status, 201);
${
  isListed
    ? `    const { items } = (await call(ADA, 'GET', '${at}')).body;
    assert.deepEqual(items.find((item: Json) => ${table.key.map((name) => `item.${name} === made.body.${name}`).join(' && ')}), made.body);\n`
    : ''
}  });`);
  return `describe('rows of ${table.name}', () => {
${tests.join('\n\n')}
});
`;
}

const TODO = `{ todo: 'write rows that the checks of the table take' }, `;

/** The table after all that its rows belong to. */
function lineageOf(parts: Parts): Parts[] {
  return [...(parts.parent ? lineageOf(parts.parent) : []), parts];
}

function fits(parts: Parts): boolean {
  return lineageOf(parts).every(({ table }) => table.takesSamples);
}

/** What is sent to have the n-th row made. */
function newRow({ table, given }: Parts, n: number): Record<string, unknown> {
  const row = sampleOf(table, n);
  return Object.fromEntries(given!.map((name) => [name, row[name]]));
}

function found(parts: Parts): string {
  const { table, path, name } = parts;
  const row = JSON.stringify({ ...newRow(parts, 3), [markOf(parts)!]: 'mark' });
  const todo = fits(parts) ? '' : TODO;
  return `
it('rows of ${table.name} are found again by the load that made them', ${todo}async () => {
  const { body } = await call(ADA, 'POST', '${path}', ${row});
  const { find } = load.promises.${promiseOf(name)} as { find: { service: (db: unknown, marks: string[]) => Promise<Map<string, unknown[]>> } };
  const there = await find.service(service.pool, ['mark', 'none']);
  assert.deepEqual([...there].map(([mark, ids]) => [mark, ids.map(String)]), [['mark', [String(body.${parts.id})]]]);
});
`;
}
