import type { PinRow, RouteTable, Side } from '../control/route-table.ts';

/** A pin or a mark, and the links that end it by passing it. */
export type Late = Pick<PinRow, 'consumer' | 'service' | 'side'> & { waves: string[][] };

/**
 * Whose answers may lack a write that these links have not passed: a mark for all whose reads the other side than `side` answers. Each
 * ends when its own link has passed, and those before it. What goes on to another service by way of the monolith is missing in that
 * one's answers on either side.
 */
export function marksOf(waves: string[][]): Late[] {
  return waves.flatMap((wave, index) => {
    const before = waves.slice(0, index);
    const goesOn = before.flat().some(isReverse);
    return wave.flatMap((link) => {
      const service = serviceOf(link);
      const own = mark(service, isReverse(link) ? 'service' : 'monolith', [...before, [link]]);
      return goesOn && !isReverse(link) ? [own, mark(service, 'service', before)] : [own];
    });
  });
}

/** No hash looks like it. */
export function isMark(consumer: string): boolean {
  return consumer.startsWith('*');
}

/** Services of whose reads a write's links may lag behind: only these can have pins and marks. */
export function pinnableServices({ routes, unmoved = [], services }: RouteTable): Set<string> {
  const settling = routes.filter(({ settle }) => settle.monolith.length + settle.service.length > 0);
  const names = [
    ...settling.map(({ service }) => service),
    ...settling.flatMap(({ settle }) => servicesOf([...settle.monolith, ...settle.service])),
    ...unmoved.flatMap(({ settle }) => servicesOf(settle)),
  ];
  return new Set(names.filter((name) => (services[name]?.share ?? 0) > 0));
}

/** Services that read what these links carry. */
export function servicesOf(waves: string[][]): string[] {
  return [...new Set(waves.flat().map(serviceOf))];
}

/** Marks that wait for different links are different rows: neither ends the other. */
function mark(service: string, side: Side, waves: string[][]): Late {
  return { consumer: `*${waves.map((wave) => wave.join('+')).join(' ')}`, service, side, waves };
}

function serviceOf(link: string): string {
  return link.slice(0, link.lastIndexOf('.'));
}

function isReverse(link: string): boolean {
  return link.endsWith('.reverse');
}
