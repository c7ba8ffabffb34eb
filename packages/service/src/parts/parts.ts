import { type TObject, type TProperties, Type } from 'typebox';
import type { PartHost, ServicePart, StartedPart } from './part.ts';

/** What a service has besides HTTP, by the name under which its routes get it. */
export type Parts = Record<string, ServicePart<unknown>>;

/** What routes get of parts, under their names. */
export type ProvidedBy<Use> = {
  [Name in keyof Use]: Use[Name] extends ServicePart<infer Provided> ? Provided : never;
};

export type RunningParts<Use> = {
  provided: ProvidedBy<Use>;
  open(self: { url: string }): Promise<void>;
  /** Each part's question whether it can do its work, by name. */
  checks: Record<string, () => Promise<unknown>>;
  /** Of parts without which only some of the service's work cannot be done. */
  partial: Record<string, () => Promise<unknown>>;
  drain(): Promise<void>;
  /** All of them, whatever fails; then throws the first failure. */
  close(): Promise<void>;
};

/** The variables of all parts in one schema. Throws if two parts would share one: neither could know what it means. */
export function configOfParts(use: Parts, taken: TProperties): TObject {
  const properties: TProperties = {};
  for (const [name, { config }] of Object.entries(use)) {
    for (const [variable, schema] of Object.entries(config?.properties ?? {})) {
      const other = properties[variable] ?? taken[variable];
      if (other && other !== schema) throw new TypeError(`Part ${name} redefines the variable ${variable}`);
      properties[variable] = schema;
    }
  }
  return Type.Object(properties);
}

/** Starts parts in the order of `use`. When one cannot start, those before it are closed again. */
export async function startParts<Use extends Parts>(
  use: Use,
  host: Omit<PartHost<Record<string, unknown>>, 'provided'>,
): Promise<RunningParts<Use>> {
  const started: [name: string, part: StartedPart<unknown>][] = [];
  // The last one first: a part may use what was there before it, never what came after.
  const close = async () => {
    const failures: unknown[] = [];
    for (const [name, part] of started.splice(0).reverse()) {
      await part.close().catch((error: unknown) => {
        host.log.error({ err: error, part: name }, 'a part did not close well');
        failures.push(error);
      });
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    for (const [name, part] of Object.entries(use))
      started.push([name, await part.start({ ...host, provided: providedBy(started) })]);
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
  const questions = (of: 'ready' | 'whole') =>
    Object.fromEntries(
      started.flatMap(([name, part]) => (part[of] ? [[name, () => part[of]!()] as const] : [])),
    );
  return {
    provided: providedBy(started) as ProvidedBy<Use>,
    open: async (self) => {
      for (const [, part] of started) await part.open?.(self);
    },
    checks: questions('ready'),
    partial: questions('whole'),
    drain: async () => {
      await Promise.all(started.map(([, part]) => part.drain?.()));
    },
    close,
  };
}

function providedBy(started: readonly (readonly [name: string, part: StartedPart<unknown>])[]) {
  return Object.fromEntries(started.map(([name, { provided }]) => [name, provided]));
}
