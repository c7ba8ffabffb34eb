import { Type } from 'typebox';

export const SYSTEM = 'career-copilot';

export const UserId = Type.Integer({ minimum: 1 });

/** Text without a format: what the legacy system once let in must not keep a transaction from saying what it did. */
export const text = (description: string) => Type.String({ description });

/** What every event of a user has in common: it keeps its order among those of the same user. */
export const ofUser = <S extends string>(service: S, summary: string) =>
  ({ service, summary, version: 1, key: 'userId' }) as const;

/** Of a version whose data the next one takes as it is. */
export const asItWas = (data: Record<string, unknown>) => data;
