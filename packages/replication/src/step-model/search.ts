import { faultOf, firstWorld, type Limits, next, quiesce, type Rules, type World } from './world.ts';

export type Search = { worlds: number; fault: string | undefined; path: string[] };

/**
 * Every order of events within the limits, shortest first: each world that can be reached is brought to rest and looked at.
 * Ends at the first fault, with the shortest way to it.
 */
export function search(rules: Rules, limits: Limits): Search {
  const seen = new Set<string>();
  let layer: Node[] = [0, 1].map((share) => ({
    world: firstWorld(share),
    name: `share ${share}`,
    from: undefined,
  }));
  while (layer.length > 0) {
    const deeper: Node[] = [];
    for (const node of layer) {
      const fault = faultOf(quiesce(node.world, rules), rules);
      if (fault) return { worlds: seen.size, fault, path: pathTo(node) };
      for (const [name, world] of next(node.world, rules, limits)) {
        const id = JSON.stringify(world);
        if (seen.has(id)) continue;
        seen.add(id);
        deeper.push({ world, name, from: node });
      }
    }
    layer = deeper;
  }
  return { worlds: seen.size, fault: undefined, path: [] };
}

type Node = { world: World; name: string; from: Node | undefined };

function pathTo(node: Node | undefined): string[] {
  const names: string[] = [];
  for (let at = node; at; at = at.from) names.unshift(at.name);
  return names;
}
