export { openProjectionOperator, type ProjectionOperator } from './operator.ts';
export type { ProjectionStatus } from './status.ts';
