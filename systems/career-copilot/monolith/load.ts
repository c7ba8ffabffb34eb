import type { Load } from '@banyan/harness';

/** What users of the legacy system ask for that no service has taken over: nothing is left. */
export default { start: () => ({ operations: [] }) } satisfies Load;
