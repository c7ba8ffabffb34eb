/** Schema in the service's database where DBOS keeps its tables. */
export const DBOS_SCHEMA = 'banyan_sagas';

/**
 * DBOS recovers a workflow only in processes with the same application version, by default a hash of the code: after a
 * deploy nobody would take over what was running. Ours stays the same; what a change of code means for running sagas is
 * told by each definition's own version, which is part of its record name.
 */
export const APPLICATION_VERSION = 'banyan-sagas-1';

/** The name by which a saga's records go: its running instances belong to this very version. */
export function recordName({ name, version }: { name: string; version: number }): string {
  return `${name}@${version}`;
}

export function parseRecordName(record: string): { name: string; version: number } {
  const [name = '', version = '1'] = record.split('@');
  return { name, version: Number(version) };
}

/** Queue of the sagas of one definition: only processes that know the definition take from it. */
export function queueName(record: string): string {
  return `saga:${record}`;
}

/** Name on record of a step's compensation. */
export function undoName(step: string): string {
  return `${step}:undo`;
}

/** Name on record of what a step begins to wait for. */
export function waitsName(step: string): string {
  return `${step}:waits`;
}

/** Topic on which signals of this name come. */
export function signalTopic(name: string): string {
  return `signal:${name}`;
}

/** Topic on which the operator's answer to the `times`th failure of a compensation comes. */
export function interventionTopic(step: string, times: number): string {
  return `mend:${step}:${times}`;
}

/** What an operator tells a saga whose compensation fails. */
export type Intervention = { action: 'retry' | 'resolve'; who: string; note?: string };
