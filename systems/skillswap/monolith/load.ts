import type { Load } from '@banyan/harness';

/** What users ask for that no service takes over: nothing that would tell more than they do. */
export default {
  promises: {},
  start: () => ({ operations: [] }),
} satisfies Load<string>;
