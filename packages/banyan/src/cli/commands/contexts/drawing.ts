import type { ContextMap, ContextRelation } from '@banyan/plan';
import { Graph, layout } from '@dagrejs/dagre';

type Context = ContextMap['contexts'][number];
type Point = { x: number; y: number };

const LINE = 18;
const PADDING = 12;
/** Of a character, at most: nobody knows with which font a picture is looked at. */
const CHARACTER = 7.6;

const STYLE = `
  text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 13px; }
  .place, .label { fill: #59636e; }
  .context { fill: #f6f8fa; stroke: #59636e; }
  .monolith { stroke-dasharray: 4 3; }
  .relation { fill: none; stroke: #59636e; }
  .unseen { stroke-dasharray: 4 3; }
  .contradiction { stroke: #cf222e; stroke-width: 2; }
  .label { paint-order: stroke; stroke: #ffffff; stroke-width: 5; stroke-linejoin: round; }
  .label.against { fill: #cf222e; }
  .paper { fill: #ffffff; }
  marker path { fill: #59636e; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .place, .label { fill: #9198a1; }
    .context { fill: #151b23; stroke: #9198a1; }
    .relation { stroke: #9198a1; }
    .contradiction { stroke: #f85149; }
    .label { stroke: #0d1117; }
    .label.against { fill: #f85149; }
    .paper { fill: #0d1117; }
    marker path { fill: #9198a1; }
  }
`;

/** The map as one SVG file: who gives stands above who takes. The same map gives the same file. */
export function drawContexts(map: ContextMap): string {
  const { contexts, relations, contradictions } = map;
  const graph = new Graph({ multigraph: false });
  graph.setGraph({ rankdir: 'TB', nodesep: 40, ranksep: 60, edgesep: 24, marginx: 20, marginy: 20 });
  for (const context of contexts) graph.setNode(context.name, sizeOf(linesOf(context)));
  for (const relation of relations) {
    const { width, height } = sizeOf(labelOf(relation));
    graph.setEdge(relation.upstream, relation.downstream, { width, height, labelpos: 'c' });
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const contradicted = (relation: ContextRelation) =>
    contradictions.some(
      ({ downstream, upstream }) => downstream === relation.downstream && upstream === relation.upstream,
    );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" width="${Math.ceil(width)}" height="${Math.ceil(height)}">`,
    '<title id="title">Context map</title>',
    `<style>${STYLE}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>',
    `<rect class="paper" width="100%" height="100%"/>`,
    ...relations.map((relation) =>
      drawLine(
        relation,
        graph.edge(relation.upstream, relation.downstream).points as Point[],
        contradicted(relation),
      ),
    ),
    ...contexts.map((context) => drawContext(context, graph.node(context.name) as Box)),
    ...relations.map((relation) =>
      drawLabel(
        relation,
        graph.edge(relation.upstream, relation.downstream) as Point,
        contradicted(relation),
      ),
    ),
    '</svg>',
    '',
  ].join('\n');
}

type Box = Point & { width: number; height: number };

function linesOf({ title, service, entities }: Context): string[] {
  return [title, service === null ? 'in the monolith' : `service ${service}`, ...entities];
}

function labelOf({ relation, by, evidence }: ContextRelation): string[] {
  const ways = new Set([...by, ...evidence.map((one) => one.by)]);
  return [relation ?? 'not in the map', [...ways].join(', ')];
}

function sizeOf(lines: readonly string[]): { width: number; height: number } {
  const longest = Math.max(...lines.map((line) => [...line].length));
  return { width: longest * CHARACTER + 2 * PADDING, height: lines.length * LINE + PADDING };
}

function drawContext(context: Context, { x, y, width, height }: Box): string {
  const [title, place, ...entities] = linesOf(context);
  const kind = context.service === null ? 'context monolith' : 'context';
  const top = y - height / 2;
  const line = (className: string, text: string, index: number) =>
    `<text class="${className}" x="${round(x)}" y="${round(top + PADDING / 2 + (index + 0.7) * LINE)}" text-anchor="middle">${escaped(text)}</text>`;
  return [
    `<rect class="${kind}" x="${round(x - width / 2)}" y="${round(top)}" width="${round(width)}" height="${round(height)}" rx="6"/>`,
    line('title', title!, 0),
    line('place', place!, 1),
    ...entities.map((entity, index) => line('entity', entity, index + 2)),
  ].join('\n');
}

function drawLine({ evidence }: ContextRelation, points: readonly Point[], against: boolean): string {
  const kind = against ? 'relation contradiction' : evidence.length === 0 ? 'relation unseen' : 'relation';
  const way = points.map(({ x, y }) => `${round(x)},${round(y)}`).join(' ');
  return `<polyline class="${kind}" points="${way}" marker-end="url(#arrow)"/>`;
}

/** Lines that cross it end around it: its outline has the colour of the paper. */
function drawLabel(relation: ContextRelation, { x, y }: Point, against: boolean): string {
  const lines = labelOf(relation);
  const top = y - sizeOf(lines).height / 2 + PADDING / 2;
  const kind = against ? 'label against' : 'label';
  return lines
    .map(
      (line, index) =>
        `<text class="${kind}" x="${round(x)}" y="${round(top + (index + 0.7) * LINE)}" text-anchor="middle">${escaped(line)}</text>`,
    )
    .join('\n');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      // What no XML document, or no line, may have.
      .replace(/[\p{Cc}\p{Noncharacter_Code_Point}]/gu, '\ufffd')
      .toWellFormed()
  );
}
