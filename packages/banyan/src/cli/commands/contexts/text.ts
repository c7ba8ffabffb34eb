import type { ContextMap, ContextRelation, Contradiction } from '@banyan/plan';
import { paint, plural, table, widthOf, wrap } from '../../output.ts';

/** Columns that a context map fills at most. */
const WIDTH = 80;

/** The map for people: each context with what it takes and what shows it, then what contradicts it. */
export function formatContexts(map: ContextMap, width = Math.min(WIDTH, widthOf(process.stdout))): string[] {
  const { contexts, relations, contradictions, unread } = map;
  return [
    ...contexts.flatMap((context) => [...formatContext(context, relations, width), '']),
    ...contradictions.flatMap((one) => [...formatContradiction(one, width), '']),
    ...(unread.length === 0
      ? []
      : [
          ...wrap(
            `not known, since the plan names no module: what these hear, send and call: ${unread.join(', ')}`,
            width,
          ),
          '',
        ]),
    `${plural(contexts.length, 'context')}, ${plural(relations.length, 'relation')}, ${
      contradictions.length === 0
        ? 'nothing contradicts them'
        : plural(contradictions.length, 'contradiction')
    }`,
  ];
}

function formatContext(
  context: ContextMap['contexts'][number],
  relations: readonly ContextRelation[],
  width: number,
): string[] {
  const { name, title, service, entities, valueObjects, events } = context;
  const facts = [
    ['entities', entities],
    ['value objects', valueObjects],
    ['events', events],
    ['gives to', relations.filter(({ upstream }) => upstream === name).map(({ downstream }) => downstream)],
  ] as const;
  const rows = facts
    .filter(([, values]) => values.length > 0)
    .map(([what, values]) => [what, values.join(', ')]);
  const place = service === null ? 'in the monolith' : `service ${service}`;
  return [
    `${paint('bold', name)}${title === name ? '' : ` (${title})`}, ${place}`,
    ...indented(table(rows, width - 2), 2),
    ...relations
      .filter(({ downstream }) => downstream === name)
      .flatMap((relation) => formatRelation(relation, service === null, width)),
  ];
}

function formatRelation(relation: ContextRelation, inMonolith: boolean, width: number): string[] {
  const { upstream, relation: kind, by, evidence } = relation;
  const ways = [...new Set([...by, ...evidence.map((one) => one.by)])];
  const rows = ways.map((way) => {
    const seen = [...new Set(evidence.filter((one) => one.by === way).map(({ what }) => what))];
    const nothing = inMonolith ? 'inside the monolith' : 'nothing seen';
    return [
      by.includes(way) ? way : paint('red', way),
      seen.length > 0 ? seen.join(', ') : paint('dim', nothing),
    ];
  });
  return [
    `  takes from ${paint('bold', upstream)}: ${kind ?? paint('red', 'not in the map')}`,
    ...indented(table(rows, width - 4), 4),
  ];
}

function formatContradiction({ message, where, hint }: Contradiction, width: number): string[] {
  return [
    ...wrap(`${paint('red', 'against the map')}: ${message}`, width),
    ...indented(wrap(`at ${where.join(', ')}`, width - 2), 2),
    ...indented(wrap(`hint: ${hint}`, width - 2), 2),
  ];
}

function indented(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => ' '.repeat(columns) + line);
}
