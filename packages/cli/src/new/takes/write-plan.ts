import type { Parts } from './parts.ts';
import { quoted } from './parts.ts';
import { nameOf, shortName } from './table.ts';

/** extraction.ts: the service's entry of the plan. What is guessed says so; of tables that nobody was asked for, the rest is left to a person. */
export function extractionOf(service: string, parts: readonly Parts[], asked: boolean): string {
  const names = parts.map(({ table }) => shortName(table)).join(', ');
  return `import { copy, extract, ${asked ? '' : 'fillIn, '}table } from '@banyan/banyan';
import { API } from '../../api/common.ts';
import { placeOf } from '../../kit/plan.ts';

/** ${service} takes over ${names}. */
export default extract({
  ...placeOf('${service}'),
  tables: [
${parts.map((each) => tableOf(each, asked)).join('\n')}
  ],
  // A guess: put the monolith's own routes here, all that read these tables or write them, with the key by which each is asked. What is
  // left out goes on at the monolith, whose writes are refused for rows that are on the service's side.
  routes: [
${parts.flatMap(routesOf).join('\n')}
  ],
});
`;
}

function tableOf({ table }: Parts, asked: boolean): string {
  const { key, rowsOf, because, owner } = table;
  const name = shortName(table);
  const legacy =
    key.length === 1 && key[0] === 'id'
      ? JSON.stringify(name)
      : `{ ${table.schema === 'public' ? '' : `schema: ${JSON.stringify(table.schema)}, `}table: ${JSON.stringify(table.name)}, key: [${quoted(key)}] }`;
  const why = asked ? because : 'nobody has asked the monolith';
  return `    table({
      legacy: ${legacy},${rowsOf === null ? '' : `\n      // ${rowsOf} makes and deletes these rows.\n      rows: 'foreign',`}
      // A guess: ${why}. docs/plan.md has the rules.
      owner: ${owner.by === 'key' ? `{ by: 'key', legacyColumn: '${owner.column}', serviceColumn: '${owner.column}' }` : ownerOf(owner)},
      columns: [${columnsOf(table, asked)}],
    }),`;
}

function ownerOf(owner: Exclude<Parts['table']['owner'], { by: 'key' }>): string {
  if (owner.by === 'writer') return `{ by: 'writer' }`;
  return `{ by: 'parent', table: ${JSON.stringify(shortName(owner.parent))}, column: '${owner.column}' }`;
}

function columnsOf(table: Parts['table'], asked: boolean): string {
  const mapped = table.columns.filter(({ generated }) => generated === null).map(({ name }) => name);
  const own = mapped.filter((name) => !table.taken.includes(name));
  const taken = mapped.filter((name) => table.taken.includes(name));
  return [
    `copy(${quoted(own)})`,
    ...(taken.length > 0 ? [`copy(${quoted(taken)}, { flow: 'forward' })`] : []),
    ...(asked
      ? []
      : [`fillIn(${JSON.stringify(`the other columns of ${nameOf(table)}, and whose its rows are`)})`]),
  ].join(', ');
}

function routesOf({ table, path, id, isListed, given, parent }: Parts): string[] {
  const key = table.owner.by === 'writer' ? 'none' : 'token.sub';
  return [
    ...(isListed ? [`    { route: \`GET \${API}${path}\`, key: '${key}' },`] : []),
    ...(id === null || parent ? [] : [`    { route: \`GET \${API}${path}/:id\`, key: '${key}' },`]),
    ...(given === null
      ? []
      : [`    { route: \`POST \${API}${path}\`, key: '${key}', writes: [${quoted([shortName(table)])}] },`]),
  ];
}
