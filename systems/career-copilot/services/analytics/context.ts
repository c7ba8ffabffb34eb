import type { ServiceContext } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { IssuerConfig } from '../../kit/issuers.ts';
import type { Documents } from './store/documents.ts';

export const Config = Type.Object({
  ...IssuerConfig.properties,
  /** The zone in which the weeks of `/analytics/weekly` begin: that of the monolith's sessions. */
  LEGACY_ZONE: Type.String({ minLength: 1, default: 'UTC' }),
});

/** What routes are given. */
export type Context = ServiceContext<Static<typeof Config>, { documents: Documents }>;
