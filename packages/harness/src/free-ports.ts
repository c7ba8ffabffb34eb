import { freePort } from '@banyan/banyan/operate';

/** A free port for each name, all different. */
export async function freePorts(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const ports = new Set<number>();
  while (ports.size < names.length) ports.add(await freePort());
  return new Map([...ports].map((port, index) => [names[index]!, port]));
}
