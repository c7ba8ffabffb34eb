import type { Product } from '@banyan/analytics';
import type { Static } from 'typebox';
import { PlatformMetrics, Summary } from '../../api/analytics.ts';
import type { Platform } from './figures.ts';

/** What is known of all users at one moment. */
export type Overview = { calculatedAt: number; platform: Platform };
type Own = { summary: Static<typeof Summary> };

const OWNER = 'Analytics';

export const PRODUCTS: readonly Product<Own, Overview>[] = [
  {
    name: 'my-sessions',
    version: 1,
    title: 'My sessions',
    description:
      'How many sessions the caller has learned and taught in, how long, and for how many credits.',
    owner: OWNER,
    audience: 'own',
    schema: Summary,
    promiseSeconds: 60,
    read: ({ summary }) => summary,
  },
  {
    name: 'all-sessions',
    version: 1,
    title: 'All sessions',
    description:
      "Completed sessions by the category of their skill and the provider's stars, how long they were, and what was paid.",
    owner: OWNER,
    audience: 'administrators',
    schema: PlatformMetrics,
    promiseSeconds: 120,
    read: ({ overview }) => overview!.platform,
  },
];
