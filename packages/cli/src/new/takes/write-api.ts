import { isOptional, type Parts } from './parts.ts';
import { columnOf } from './table.ts';
import { kindOf, shownOf } from './values.ts';

/** api/<name>.ts: what is sent and shown of each table, by its columns. */
export function apiOf(parts: readonly Parts[]): string {
  const body = parts.map(ofTable).join('\n');
  const nullable = body.includes('Nullable(') ? NULLABLE : '';
  return `import { type Static, ${nullable === '' ? '' : 'type TSchema, '}Type } from 'typebox';

${body}${nullable}`;
}

function ofTable({ table, name, id, given }: Parts): string {
  const shown = table.columns.map((column) => `  ${column.name}: ${shownOf(column)},`);
  const key =
    id === null
      ? ''
      : `\nexport const ${name}Key = Type.Object({ id: ${kindOf(columnOf(table, id)).given} });\n`;
  const sent =
    given === null
      ? ''
      : `
export const New${name}Row = Type.Object({
${given
  .map((each) => columnOf(table, each))
  .map((column) => {
    const { given: schema } = kindOf(column);
    return `  ${column.name}: ${isOptional(column) ? `Type.Optional(${schema})` : schema},`;
  })
  .join('\n')}
});
export type New${name}Row = Static<typeof New${name}Row>;
`;
  return `export const ${name}Row = Type.Object({
${shown.join('\n')}
});
export type ${name}Row = Static<typeof ${name}Row>;
${key}${sent}`;
}

const NULLABLE = `
function Nullable<T extends TSchema>(schema: T) {
  return Type.Unsafe<Static<T> | null>({ ...schema, nullable: true });
}
`;
