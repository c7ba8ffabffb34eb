import type { JobSearchQuery } from '../../../../api/jobs.ts';
import type { Near } from '../../places/near.ts';
import type { Cursor } from '../cursor.ts';
import type { Part } from './parts.ts';

/** `parts` is what is looked for, `near` what it is to be near, `after` where the page begins if that is not at `query.page`. */
export type Asked = {
  query: JobSearchQuery;
  parts: readonly Part[];
  near: Near | undefined;
  after: Cursor | undefined;
};
