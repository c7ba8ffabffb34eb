import { type Static, Type } from 'typebox';
import { operation } from '../client/operation.ts';

const Rows = Type.Record(Type.String(), Type.Integer({ minimum: 0 }));

export const Erasure = Type.Object({
  erased: Rows,
  kept: Type.Record(Type.String(), Type.Object({ rows: Type.Integer({ minimum: 1 }), why: Type.String() })),
  /** What is still there and goes without this service: by links, or when time has passed. Ask again. */
  awaited: Rows,
});
export type Erasure = Static<typeof Erasure>;

const Person = Type.Object({ person: Type.String({ pattern: '^[0-9a-f-]{1,36}$' }) });
const PATH = '/internal/people/:person';

/** What is asked of each service that has something about people. For services alone, and no routes of the gateway. */
export function personalDataOperations(service: string) {
  return {
    archivePerson: operation({
      service,
      method: 'GET',
      path: `${PATH}/archive`,
      params: Person,
      answer: Type.Record(Type.String(), Type.Array(Type.Unknown())),
    }),
    /** Whether others count on somebody, or something would be lost with them. */
    isPersonInUse: operation({
      service,
      method: 'GET',
      path: `${PATH}/use`,
      params: Person,
      answer: Type.Object({ inUse: Type.Boolean() }),
    }),
    erasePerson: operation({
      service,
      method: 'POST',
      path: `${PATH}/erasure`,
      params: Person,
      answer: Erasure,
      idempotent: true,
    }),
  };
}
