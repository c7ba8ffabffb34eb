import { fileURLToPath } from 'node:url';
import type { ResolvedPlan } from '@banyan/plan';
import { LoadError } from '@banyan/plan/problem';
import type { Service, Taken } from '@banyan/service';

/** By service what it takes from others, of all whose module the plan names. Throws LoadError when one cannot be read. */
export async function takenByModules({ services }: ResolvedPlan): Promise<Map<string, readonly Taken[]>> {
  const taken = new Map<string, readonly Taken[]>();
  for (const { name, module } of Object.values(services)) {
    if (module !== null) taken.set(name, (await serviceOf(name, module)).takes);
  }
  return taken;
}

async function serviceOf(name: string, url: string): Promise<Pick<Service, 'name' | 'takes'>> {
  const exported: unknown[] = Object.values(await importModule(name, url));
  const services = exported.filter(isService);
  const service = services.find((one) => one.name === name);
  if (service) return service;
  const others = services.map((one) => one.name).join(', ');
  throw new LoadError(
    others === ''
      ? `the module of ${name} exports no service`
      : `the module of ${name} exports ${others} only`,
    fileURLToPath(url),
    `export what defineService({ name: '${name}', ... }) makes, or name another module`,
  );
}

async function importModule(name: string, url: string): Promise<object> {
  try {
    return (await import(url)) as object;
  } catch (cause) {
    const message = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!;
    throw new LoadError(
      `the module of ${name} cannot be loaded: ${message}`,
      fileURLToPath(url),
      'a module starts its service only where it is run itself: if (import.meta.main) await service.run()',
      { cause },
    );
  }
}

/** By its form: a service may have a copy of the kit of its own. */
function isService(value: unknown): value is Pick<Service, 'name' | 'takes'> {
  const { name, takes } = (value ?? {}) as Partial<Service>;
  return typeof name === 'string' && Array.isArray(takes);
}
