import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { EventStoreError } from './errors.ts';
import type { StoredType } from './types.ts';

/** What the store does with the types that it was told of; of others it knows nothing and takes them as they are. */
export class EventTypes {
  readonly #known = new Map<string, Known>();

  constructor(types: Readonly<Record<string, StoredType>>) {
    for (const [name, stated] of Object.entries(types)) {
      const validator = stated.data ? Compile(stated.data as TSchema) : undefined;
      this.#known.set(name, {
        ...stated,
        personal: personalFields(stated.data),
        check: (data) => validator?.Check(data) ?? true,
        explain: (data) =>
          validator?.Errors(data).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`) ??
          [],
      });
    }
  }

  versionOf(type: string): number {
    return this.#known.get(type)?.version ?? 1;
  }

  /** Fields of `data` that the schema marks personal. */
  personalOf(type: string): readonly string[] {
    return this.#known.get(type)?.personal ?? NONE;
  }

  /** Throws `EVENT_INVALID`. */
  validate(type: string, data: object): void {
    const known = this.#known.get(type);
    if (known && !known.check(data)) {
      throw new EventStoreError('EVENT_INVALID', {
        type,
        problems: known.explain(data).slice(0, 5).join('; '),
      });
    }
  }

  /** Brings data of an old version to the newest. Throws `EVENT_NO_UPCASTER`, `EVENT_TOO_NEW`. */
  upcast(type: string, version: number, data: Record<string, unknown>): Record<string, unknown> {
    const known = this.#known.get(type);
    if (!known || version === known.version) return data;
    if (version > known.version)
      throw new EventStoreError('EVENT_TOO_NEW', { type, version, known: known.version });
    let newer = data;
    for (let old = version; old < known.version; old++) {
      const upcaster = known.upcasters?.[old];
      if (!upcaster) throw new EventStoreError('EVENT_NO_UPCASTER', { type, from: old });
      newer = upcaster(newer);
    }
    return newer;
  }
}

type Known = StoredType & {
  personal: readonly string[];
  check(data: object): boolean;
  explain(data: object): string[];
};

const NONE: readonly string[] = [];

function personalFields(schema: object | undefined): string[] {
  const properties = (schema as { properties?: Record<string, { personal?: boolean }> } | undefined)
    ?.properties;
  return Object.entries(properties ?? {}).flatMap(([name, property]) => (property.personal ? [name] : []));
}
