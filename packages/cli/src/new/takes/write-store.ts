import { literal, type Parts } from './parts.ts';
import { type Column, columnOf } from './table.ts';
import { kindOf } from './values.ts';

/** store.ts: reads of each table by whose its rows are, and the insert. */
export function storeOf(api: string, parts: readonly Parts[]): string {
  const types = parts.flatMap(({ name, given }) => [
    `${name}Row`,
    ...(given === null ? [] : [`New${name}Row`]),
  ]);
  const isListed = parts.some((each) => each.isListed);
  return `${isListed ? `import { keyset } from '@banyan/service';\n` : ''}import type pg from 'pg';
import type { ${types.sort().join(', ')} } from '../../api/${api}.ts';

type Executor = pg.Pool | pg.PoolClient;
${isListed ? 'type Asked = { limit: number; cursor?: string };\n' : ''}
${parts.map(ofTable).join('\n')}`;
}

/** What names whose a row is; null: rows are nobody's. */
export function ownerKind({ table, parent }: Parts): 'number' | 'uuid' | 'text' | null {
  if (parent) return ownerKind(parent);
  const { owner } = table;
  if (owner.by !== 'key') return null;
  const { base } = columnOf(table, owner.column);
  return ['int2', 'int4', 'int8'].includes(base) ? 'number' : base === 'uuid' ? 'uuid' : 'text';
}

/** The same as a type. */
function ownerType(parts: Parts): 'number' | 'string' | null {
  const kind = ownerKind(parts);
  return kind === null || kind === 'number' ? kind : 'string';
}

function idType({ table }: Parts): string {
  return ['int2', 'int4', 'int8', 'numeric'].includes(columnOf(table, table.key[0]!).base)
    ? 'number'
    : 'string';
}

function ofTable(parts: Parts): string {
  const { table, name, id, isListed, given } = parts;
  const constant = constantOf(name);
  const order = table.key.map((column) => {
    const { order: type } = kindOf(columnOf(table, column));
    return `{ column: ${JSON.stringify(column)}, type: '${type}' }`;
  });
  return `const ${constant} = \`${literal(table.columns.map(shownAs).join(', '))}\`;
${isListed ? `const ${constant}_BY_KEY = keyset([${order.join(', ')}]);\n` : ''}${[
  ...(isListed ? [list(parts)] : []),
  ...(id === null ? [] : [find(parts)]),
  ...(given === null ? [] : [insert(parts, given)]),
].join('')}`;
}

function list(parts: Parts): string {
  const { table, name, parent } = parts;
  const constant = constantOf(name);
  const owner = ownerType(parts);
  const typed = [...(owner ? [`owner: ${owner}`] : []), ...(parent ? [`parentId: ${idType(parent)}`] : [])];
  const values = [...(owner ? ['owner'] : []), ...(parent ? ['parentId'] : [])];
  const ofParent = parent ? [`${columnOf(table, columnUp(parts)).sql} = $2`] : [];
  const conditions = [...whose(parts), ...ofParent];
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  return `
/** One page, by key. Throws \`BAD_CURSOR\`. */
export async function list${name}(
  ${['db: Executor', ...typed, 'page: Asked'].join(', ')},
): Promise<{ items: ${name}Row[]; next_cursor: string | null }> {
  const text = \`SELECT \${${constant}} FROM ${literal(table.sql + where)}\`;
  return await ${constant}_BY_KEY.page<${name}Row>(db, { text, values: [${values.join(', ')}] }, page);
}
`;
}

function find(parts: Parts): string {
  const { table, name, id } = parts;
  const owner = ownerType(parts);
  const conditions = [...whose(parts), `${columnOf(table, id!).sql} = $${owner ? 2 : 1}`];
  return `
/** Undefined if there is none${owner ? ", or it is somebody else's" : ''}. */
export async function find${name}Row(
  db: Executor${owner ? `, owner: ${owner}` : ''}, id: ${idType(parts)},
): Promise<${name}Row | undefined> {
  const { rows } = await db.query<${name}Row>(
    \`SELECT \${${constantOf(name)}} FROM ${literal(table.sql)} WHERE ${literal(conditions.join(' AND '))}\`,
    [${owner ? 'owner, ' : ''}id],
  );
  return rows[0];
}
`;
}

/** By way of a record, whose columns say of what type each value is; what is left out has the default of its column. */
function insert(parts: Parts, given: readonly string[]): string {
  const { table, name, parent } = parts;
  const own = table.owner.by === 'writer' ? [] : [columnUp(parts)];
  const columns = [...own, ...given].map((column) => columnOf(table, column));
  const values = columns.map(({ sql, defaultSql }) =>
    defaultSql === null ? sql : `coalesce(${sql}, ${defaultSql})`,
  );
  const ownType = parent ? idType(parent) : ownerType(parts);
  const type = own.length === 0 ? '' : ` & { ${own[0]}: ${ownType} }`;
  return `
/** Undefined if a key of it is taken. */
export async function insert${name}Row(db: Executor, row: New${name}Row${type}): Promise<${name}Row | undefined> {
  const { rows } = await db.query<${name}Row>(
    \`INSERT INTO ${literal(table.sql)} (${columns.map(({ sql }) => literal(sql)).join(', ')})
     SELECT ${literal(values.join(', '))} FROM jsonb_populate_record(NULL::${literal(table.sql)}, $1)
     ON CONFLICT DO NOTHING RETURNING \${${constantOf(name)}}\`,
    [JSON.stringify(row)],
  );
  return rows[0];
}
`;
}

/** SQL: that a row is the owner's, by as many tables as it takes; none if rows are nobody's. */
function whose(parts: Parts): string[] {
  const { table, parent } = parts;
  if (table.owner.by === 'writer') return [];
  const column = columnOf(table, columnUp(parts)).sql;
  if (!parent) return [`${column} = $1`];
  const key = columnOf(parent.table, parent.table.key[0]!).sql;
  return [`${column} IN (SELECT ${key} FROM ${parent.table.sql} WHERE ${whose(parent).join(' AND ')})`];
}

/** The column that leads to the owner, or to the row that it belongs to. */
export function columnUp({ table }: Parts): string {
  return (table.owner as { column: string }).column;
}

function shownAs(column: Column): string {
  return kindOf(column).asText ? `${column.sql}::text` : column.sql;
}

function constantOf(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}
