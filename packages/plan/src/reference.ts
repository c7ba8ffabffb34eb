import { PlanSchema } from './schema/plan.ts';

/** A schema of the plan as plain JSON Schema with the words that it carries. */
type Node = {
  type?: string;
  description?: string;
  must?: string;
  example?: string;
  default?: unknown;
  otherwise?: string;
  properties?: Record<string, Node>;
  required?: string[];
  patternProperties?: Record<string, Node>;
  items?: Node;
  anyOf?: Node[];
  const?: unknown;
};

const INTRO = `# The plan, field by field

\`banyan.config.ts\` exports it: \`export default defineMigration({ ... })\`. This page is made from the schema that
\`banyan check\` goes by (\`npm run generate\`); the [guide](guide.md) shows how a plan grows. \`<name>\` stands for a name that you
choose, \`[]\` for each item of a list. A field without a default that is not required is simply not there when you leave it
out. The same as JSON Schema, for editors and tools: [plan.schema.json](plan.schema.json).
`;

/** The reference of the plan for people: a table of fields for each of its records. */
export function planReference(): string {
  const sections = recordsOf('', PlanSchema as Node).map(
    ({ places, fields }) => `## ${places.map(titleOf).join(' and ')}\n\n${tableOf(fields)}`,
  );
  return [INTRO, ...sections].join('\n');
}

/** The plan as JSON Schema, without what only our own messages need. */
export function planJsonSchema(): object {
  const plain = JSON.parse(JSON.stringify(PlanSchema), (_key, value) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    const { must, example: _example, otherwise, ...rest } = value;
    // A field that happens to have one of these names is a schema, no word of ours.
    if ([must, otherwise].some((word) => typeof word === 'object')) return value;
    return rest;
  });
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Plan of Banyan', ...plain };
}

/** Every default that is a value, by the path of its field. */
export function planDefaults(): Map<string, unknown> {
  const defaults = new Map<string, unknown>();
  for (const { places, fields } of recordsOf('', PlanSchema as Node)) {
    for (const { name, node } of fields) {
      if (node.default === undefined) continue;
      for (const { path } of places) defaults.set(within(path, name), node.default);
    }
  }
  return defaults;
}

type Field = { name: string; node: Node; required: boolean };
/** Where a record stands in the plan, and, of several that may stand there, which one it is. */
type Place = { path: string; variant: string };
type Section = { places: Place[]; fields: Field[] };

/** The records of a schema in the order in which a reader meets them, each once, with all its places. */
function recordsOf(path: string, node: Node, sections: Section[] = []): Section[] {
  const variants = (node.anyOf ?? [node]).filter(
    ({ properties }) => properties && Object.keys(properties).length > 0,
  );
  for (const record of variants) {
    const fields = Object.entries(record.properties!).map(([name, field]) => ({
      name,
      node: field,
      required: record.required?.includes(name) ?? false,
    }));
    const told = fields.find(({ node }) => node.const !== undefined);
    const variant = variants.length > 1 && told ? `${told.name}: ${show(told.node.const)}` : '';
    const same = sections.find((section) => isSame(section.fields, fields));
    if (same) same.places.push({ path, variant });
    else sections.push({ places: [{ path, variant }], fields });
    for (const { name, node: field } of fields) recordsOf(within(path, name), field, sections);
  }
  if (node.items) recordsOf(`${path}[]`, node.items, sections);
  for (const item of Object.values(node.patternProperties ?? {})) recordsOf(`${path}.<name>`, item, sections);
  return sections;
}

function isSame(one: readonly Field[], other: readonly Field[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function within(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function titleOf({ path, variant }: Place): string {
  if (path === '') return 'The plan';
  return `\`${path}\`${variant === '' ? '' : ` with \`${variant}\``}`;
}

function tableOf(fields: readonly Field[]): string {
  const rows = fields.map(({ name, node, required }) => {
    const description = node.description ?? '';
    const form = node.const === undefined ? (node.must ?? node.type ?? '') : show(node.const);
    return `| \`${name}\` | ${inCell(form)} | ${inCell(required ? 'required' : defaultOf(node))} | ${inCell(description)} |`;
  });
  return ['| field | what it may be | default | what it says |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function defaultOf(node: Node): string {
  if (node.default !== undefined) return `\`${show(node.default)}\``;
  return node.otherwise ?? '';
}

/** A value as a plan writes it. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (typeof value === 'string') return `'${value}'`;
  if (value !== null && typeof value === 'object') {
    return `{ ${Object.entries(value)
      .map(([key, part]) => `${key}: ${show(part)}`)
      .join(', ')} }`;
  }
  return String(value);
}

/** Keeps a text in its cell, and a name in angle brackets from being taken for a tag where it is no code. */
function inCell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .split('`')
    .map((part, index) => (index % 2 === 0 ? part.replaceAll('<', '&lt;') : part))
    .join('`');
}
