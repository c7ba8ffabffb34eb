import { applySchemaFile, type Db, withTransaction } from '@banyan/postgres';
import { service } from '../auth/allow.ts';
import { implement } from '../client/implement.ts';
import type { ServiceApp } from '../http/types.ts';
import type { ServicePart } from '../parts/part.ts';
import { erasePerson } from './erase.ts';
import { personalDataOperations } from './operations.ts';
import { archiveOf, type PersonalTables } from './tables.ts';

/** Keeps on record what was erased of whom: for `erasePerson` and `personalDataRoutes`. */
export const personalData: ServicePart<undefined> = {
  async start({ pool }) {
    await applySchemaFile(pool, {
      name: 'banyan_service.erasures',
      file: new URL('schema.sql', import.meta.url),
    });
    return { provided: undefined, close: async () => {} };
  },
};

export type PersonalDataHost = {
  pool: Db;
  stated: PersonalTables;
  /** The service that may ask. */
  asker: string;
  /** Whether others count on somebody, or something would be lost. Default: never. */
  isInUse?: (person: string) => Promise<boolean>;
  /** What comes before, each in a transaction of its own, e.g. that others are told; what is left and waited for, by its name. */
  before?: (person: string) => Promise<Record<string, number>>;
};

/** Answers what is asked of a service about people: what it has of somebody, and that it is erased. */
export function personalDataRoutes(
  app: ServiceApp,
  { pool, stated, asker, isInUse, before }: PersonalDataHost,
): void {
  const config = { allow: [service(asker)] };
  implement(
    app,
    personalDataOperations(''),
    {
      archivePerson: ({ params: { person } }) => archiveOf(pool, stated.tables, person),
      isPersonInUse: async ({ params: { person } }) => ({ inUse: (await isInUse?.(person)) ?? false }),
      erasePerson: async ({ params: { person } }) => {
        const left = (await before?.(person)) ?? {};
        const erasure = await withTransaction(pool, (tx) => erasePerson(tx, stated, person));
        return { ...erasure, awaited: { ...erasure.awaited, ...left } };
      },
    },
    { archivePerson: { config }, isPersonInUse: { config }, erasePerson: { config } },
  );
}
