import type { Finding } from '@banyan/replication';

/** Something about a database that the plan names; `where` is its path in the plan, or a link. */
export type PreflightFinding = Finding & { where: string };
