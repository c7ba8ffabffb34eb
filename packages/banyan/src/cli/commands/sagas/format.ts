import type { SagaDetails, SagaState, SagaStatus, SagaStepRecord } from '@banyan/events/machinery';
import { ago, duration, paint, plural, table } from '../../output.ts';

const COLOUR = {
  PENDING: 'dim',
  RUNNING: 'cyan',
  COMPLETED: 'green',
  COMPENSATING: 'yellow',
  FAILED: 'yellow',
  STUCK: 'red',
} as const satisfies Record<SagaState, string>;

const HEADER = ['ID', 'SAGA', 'STATE', 'STARTED', 'WHY'].map((name) => paint('dim', name));

export function formatSagas(sagas: readonly SagaStatus[], now: Date): string[] {
  return table([
    HEADER,
    ...sagas.map((saga) => [
      saga.id,
      saga.saga,
      paint(COLOUR[saga.state], saga.state),
      ago(saga.startedAt, now),
      [whyIn(saga), saga.orphaned ? ORPHANED : ''].filter(Boolean).join('; '),
    ]),
  ]);
}

export function formatSaga(saga: SagaDetails): string[] {
  const { id, state, failure, waitsFor, error } = saga;
  const facts: string[][] = [['saga', `${saga.saga} version ${saga.version} of ${saga.service}`]];
  facts.push(
    ['input', JSON.stringify(saga.input)],
    ['correlation', saga.correlationId],
    ['started', saga.startedAt],
  );
  if (saga.deadlineAt) facts.push(['deadline', saga.deadlineAt]);
  if (saga.endedAt) facts.push(['ended', saga.endedAt]);
  if (failure) facts.push(['failure', paint('red', whyOf(failure))]);
  if (saga.compensating) {
    const { step, cause, attempts, since, nextAt } = saga.compensating;
    facts.push(['undo fails', paint('red', whyOf({ step, message: cause }))]);
    facts.push(['', `${plural(attempts, 'attempt')} since ${since}, the next at ${nextAt}`]);
  }
  if (error && error !== failure?.message) facts.push(['broke off', paint('red', error)]);
  if (waitsFor) facts.push(['waits for', waitOf(waitsFor)]);
  if (saga.orphaned) facts.push(['', paint('yellow', ORPHANED)]);
  for (const { at, who, action, step, note } of saga.mends) {
    facts.push([action, `${step ?? 'the saga'} by ${who} at ${at}${note ? `: ${note}` : ''}`]);
  }
  if (state === 'STUCK' || saga.compensating)
    facts.push(['hint', `banyan sagas retry ${id}, or banyan sagas resolve ${id} --note ...`]);
  const shown = facts.map(([name, fact]) => [paint('dim', name!), fact!]);
  return [
    `${paint('bold', id)}  ${paint(COLOUR[state], state)}`,
    ...table(shown).map((line) => `  ${line}`),
    ...(saga.steps.length > 0 ? [''] : []),
    ...table(saga.steps.map(stepRow)).map((line) => `  ${line}`),
  ];
}

const ORPHANED = 'no living process runs this version of it';

function stepRow({ step, what, outcome, attempts, failed, startedAt, endedAt }: SagaStepRecord): string[] {
  const name = what === 'compensation' ? `undo ${step}` : step;
  const took = duration((Date.parse(endedAt) - Date.parse(startedAt)) / 1_000);
  const colour = outcome === 'done' ? 'green' : 'red';
  const errors = [...new Set(failed.map(({ kind, message }) => `${kind}: ${message}`))].join('; ');
  return [name, paint(colour, outcome), plural(attempts, 'attempt'), took, errors];
}

function whyIn({ failure, compensating }: SagaStatus): string {
  if (compensating) return `undo ${compensating.step}: ${compensating.cause}`;
  return failure ? whyOf(failure) : '';
}

function whyOf({ step, message }: { step: string; message: string }): string {
  return step ? `${step}: ${message}` : message;
}

function waitOf({ step, signal, until }: NonNullable<SagaDetails['waitsFor']>): string {
  const what = signal ? `signal '${signal}'` : 'its time';
  return `${what} in ${step}${until ? `, until ${until}` : ''}`;
}
