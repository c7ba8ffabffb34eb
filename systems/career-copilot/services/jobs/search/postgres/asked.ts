import type { JobSearchQuery } from '../../../../api/jobs.ts';
import type { Cursor } from '../cursor.ts';
import type { Part } from './parts.ts';

/** `parts` is what is looked for, `after` where the page begins if that is not at `query.page`. */
export type Asked = { query: JobSearchQuery; parts: readonly Part[]; after: Cursor | undefined };
