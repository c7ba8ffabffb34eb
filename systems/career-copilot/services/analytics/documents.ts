import type * as analytics from '@banyan/analytics';

/** `careers` by user, `past_steps` by application, `jobs` and `companies` by their own ids. */
export type Documents = analytics.Documents<'careers' | 'past_steps' | 'jobs' | 'companies'>;
