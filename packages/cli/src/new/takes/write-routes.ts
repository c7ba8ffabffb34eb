import type { Parts } from './parts.ts';
import { columnUp, ownerKind } from './write-store.ts';

/** routes.ts: each table's rows in pages and one by one, and the making of one. */
export function routesOf(api: string, parts: readonly Parts[]): string {
  const types = [
    ...parts
      .filter(({ isListed, id, given }) => isListed || id !== null || given !== null)
      .map(({ name }) => `${name}Row`),
    ...parts.filter(({ id }) => id !== null).map(({ name }) => `${name}Key`),
    ...parts.filter(({ given }) => given !== null).map(({ name }) => `New${name}Row`),
  ].sort();
  const owners = new Set(parts.map(ownerKind));
  const isListed = parts.some((each) => each.isListed);
  const isFound = parts.some(({ id }) => id !== null);
  const isMade = parts.filter(({ given }) => given !== null);
  const isChecked = isMade.some(({ table }) => table.checks.length > 0);
  const hasOwner = parts.some((each) => ownerKind(each) !== null);
  const kit = [
    'defineErrors',
    ...(isListed ? ['Page', 'PageQuery'] : []),
    ...(hasOwner ? ['principalOf'] : []),
    'type ServiceApp',
    'type ServiceContext',
    'signedIn',
  ];
  return `${isChecked ? `import { errorCode } from '@banyan/postgres';\n` : ''}import { ${kit.join(', ')} } from '@banyan/service';
${hasOwner ? `import type { FastifyRequest } from 'fastify';\n` : ''}import { API } from '../../api/common.ts';
import { ${types.join(', ')} } from '../../api/${api}.ts';
import * as store from './store.ts';

const errors = defineErrors({
${[
  ...(isFound ? [`  NOT_FOUND: [404, 'There is no such row.'],`] : []),
  ...(isMade.length > 0 ? [`  ALREADY_THERE: [409, 'There is one already.'],`] : []),
  ...(isChecked ? [`  NOT_ALLOWED: [422, 'A value is none that is allowed.'],`] : []),
  ...(owners.has('number') || owners.has('uuid')
    ? [`  NOBODY: [401, 'The token is of nobody who could have a row.'],`]
    : []),
].join('\n')}
});

/** Make them answer as the monolith does, which shadowing compares: these are guesses by the columns. */
export function routes(app: ServiceApp, { pool }: ServiceContext): void {
${parts.flatMap(ofTable).join('\n')}
}
${[...owners].map((kind) => (kind === null ? '' : CALLERS[kind])).join('')}${isChecked ? REFUSAL : ''}`;
}

function ofTable(parts: Parts): string[] {
  const { name, path, id, isListed, given, parent, table } = parts;
  const owner = ownerKind(parts);
  const caller = owner === null ? [] : [`${owner}Of(request)`];
  const params = parent ? `params: ${parent.name}Key, ` : '';
  const ofParent = parent ? ['request.params.id'] : [];
  const routes: string[] = [];
  if (isListed)
    routes.push(`  app.get(
    \`\${API}${path}\`,
    {
      config: { allow: [signedIn], errors: [400] },
      schema: { ${params}querystring: PageQuery, response: { 200: Page(${name}Row) } },
    },
    (request) => store.list${name}(${['pool', ...caller, ...ofParent, 'request.query'].join(', ')}),
  );
`);
  if (id !== null && !parent)
    routes.push(`  app.get(
    \`\${API}${path}/:id\`,
    { config: { allow: [signedIn], errors: [404] }, schema: { params: ${name}Key, response: { 200: ${name}Row } } },
    async (request) => {
      const found = await store.find${name}Row(${['pool', ...caller, 'request.params.id'].join(', ')});
      if (!found) throw errors('NOT_FOUND');
      return found;
    },
  );
`);
  if (given === null) return routes;
  const checked = table.checks.length > 0;
  const statuses = ['400', ...(parent ? ['404'] : []), '409', ...(checked ? ['422'] : [])];
  const above = parent
    ? `      const found = await store.find${parent.name}Row(${['pool', ...caller, 'request.params.id'].join(', ')});
      if (!found) throw errors('NOT_FOUND');
`
    : '';
  const own =
    table.owner.by === 'writer'
      ? 'request.body'
      : `{ ...request.body, ${columnUp(parts)}: ${parent ? 'request.params.id' : caller[0]} }`;
  routes.push(`  app.post(
    \`\${API}${path}\`,
    {
      config: { allow: [signedIn], errors: [${statuses.join(', ')}] },
      schema: { ${params}body: New${name}Row, response: { 201: ${name}Row } },
    },
    async (request, reply) => {
${above}      const made = await store.insert${name}Row(pool, ${own})${checked ? '.catch(refusal)' : ''};
      if (!made) throw errors('ALREADY_THERE');
      return await reply.code(201).send(made);
    },
  );
`);
  return routes;
}

/** Whose rows are asked for, by what names them: the key of these routes, `token.sub`. */
const CALLERS = {
  number: `
function numberOf(request: FastifyRequest): number {
  const id = Number(principalOf(request).subject);
  if (!Number.isInteger(id) || id < 1 || id > 2_147_483_647) throw errors('NOBODY');
  return id;
}
`,
  uuid: `
function uuidOf(request: FastifyRequest): string {
  const { subject } = principalOf(request);
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(subject)) throw errors('NOBODY');
  return subject;
}
`,
  text: `
function textOf(request: FastifyRequest): string {
  return principalOf(request).subject;
}
`,
};

const REFUSAL = `
/** What a check of a table refuses is the client's mistake. */
function refusal(error: unknown): never {
  throw errorCode(error) === '23514' ? errors('NOT_ALLOWED', { cause: error }) : error;
}
`;
