import { literal, type Parts } from './parts.ts';
import { sampleOf } from './samples.ts';
import { columnOf } from './table.ts';

/** The fewest characters that a mark of a load needs. */
const MARK = 40;

/** The text of a new row by which it is found again; null if it has none, or none that may say anything. */
export function markOf({ table, given, parent }: Parts): string | null {
  if (given === null || parent) return null;
  const found = given
    .map((name) => columnOf(table, name))
    .find(
      ({ base, isArray, length, labels, name }) =>
        ['text', 'varchar'].includes(base) &&
        !isArray &&
        labels === null &&
        (length === null || length >= MARK) &&
        !table.checks.some((check) => check.includes(name)),
    );
  return found?.name ?? null;
}

/** load.ts: reads of each list, and writes of what can be found again. */
export function loadOf(parts: readonly Parts[]): string {
  const listed = parts.filter(({ isListed, parent }) => isListed && !parent);
  const marked = parts.filter((each) => markOf(each) !== null && each.id !== null);
  const writes = marked.length > 0;
  return `import { ${listed.length + marked.length > 0 ? 'type Arrival, ' : ''}${writes ? 'exclusively, ' : ''}type Load${writes ? ', once' : ''} } from '@banyan/harness';
${writes ? `import type pg from 'pg';\n` : ''}import { API } from '../../api/common.ts';

/** What its users ask for, and how their acknowledged writes are found again on either side. Make it what yours do. */
export default {${writes ? `\n  promises: {\n${marked.map(promise).join('\n')}\n  },` : ''}
  start({ users${writes ? ', name' : ''} }) {
${writes ? '    let made = 0;\n' : ''}${listed.map(read).join('\n')}${marked.map(write).join('\n')}
    return {
      operations: [
${[...listed.map(({ name }) => `        { weight: 20, run: list${name} },`), ...marked.map(({ name }) => `        { weight: 5, run: add${name} },`)].join('\n')}
      ],
    };
  },
} satisfies Load;
${marked.map(there).join('')}`;
}

function promise({ name }: Parts): string {
  return `    ${promiseOf(name)}: once(${promiseOf(name)}There),`;
}

export function promiseOf(name: string): string {
  return name[0]!.toLowerCase() + name.slice(1);
}

function read({ name, path }: Parts): string {
  return `    const list${name} = async ({ send }: Arrival) => {
      const token = users.token(users.any());
      await send({ kind: 'GET ${path}', method: 'GET', path: \`\${API}${path}\`, token, expect: 200 });
    };`;
}

function write(parts: Parts): string {
  const { table, name, path, given } = parts;
  const mark = markOf(parts)!;
  const body = { ...pick(sampleOf(table, 1), given!), [mark]: undefined };
  const fields = Object.entries(body).map(([key, value]) =>
    key === mark ? `${key}: mark` : `${key}: ${JSON.stringify(value)}`,
  );
  return `
    const add${name} = async ({ write }: Arrival) => {
      const user = users.writer();
      if (!user) return;
      await exclusively(user, async () => {
        const mark = \`\${name}-${promiseOf(name)}-\${++made}\`;
        const body = { ${fields.join(', ')} };
        const call = { kind: 'POST ${path}', method: 'POST', path: \`\${API}${path}\`, token: users.token(user), body } as const;
        // What the row refers to may not be there, or have one already.
        await write({ name: '${promiseOf(name)}', key: mark }, { ...call, expect: 201, mayRefuse: [400, 404, 409, 422] }, user);
      });
    };`;
}

function pick(row: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

function there(parts: Parts): string {
  const { table, name, id } = parts;
  const { sql } = columnOf(table, markOf(parts)!);
  return `
async function ${promiseOf(name)}There(db: pg.Pool, marks: string[]): Promise<Map<string, (string | number)[]>> {
  const { rows } = await db.query<{ mark: string; ids: (string | number)[] }>(
    \`SELECT ${literal(sql)} AS mark, array_agg(${literal(columnOf(table, id!).sql)}) AS ids FROM ${literal(table.sql)} WHERE ${literal(sql)} = ANY ($1) GROUP BY 1\`,
    [marks],
  );
  return new Map(rows.map(({ mark, ids }) => [mark, ids]));
}
`;
}
