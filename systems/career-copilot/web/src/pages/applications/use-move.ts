import type { ApplicationStatus } from '../../../../api/applications.ts';
import type { ApplicationState } from '../../../../api/tracking.ts';
import {
  byEither,
  type Change,
  createLanes,
  expected,
  expectedPages,
  useApiMutation,
  useErrorWords,
} from '../../api/index.ts';
import { inputOf, LIST, LIST_INPUT, ONE, TRACKED, TRACKED_ONE } from './reads.ts';
import { isStatus, nextOf } from './states.ts';

/** Of hundreds that are moved together, so many are sent at once. */
const inTurn = createLanes(4);

/**
 * Moves an application to another state, with why: shown at once wherever it is, and taken back if it is refused. Resolves with null, or the
 * reason why it was not moved.
 *
 * @param isTracked by the service's route, which has more states; the legacy one is there on either side
 */
export function useMove(isTracked = false) {
  const words = useErrorWords();
  const onMonolith = useApiMutation('PATCH /api/v1/applications/{id}/status', {
    inTurn,
    expects: ({ params, body }) => changesOf(params.path.id, body.status),
  });
  const onService = useApiMutation('PATCH /api/v2/applications/{id}/status', {
    inTurn,
    expects: ({ params, body }) => changesOf(params.path.id, body.status),
  });
  const sendToService = async (id: number, state: ApplicationState, why: string) =>
    await onService.mutateAsync({
      ...inputOf(id),
      body: { status: state, ...(why !== '' && { reason: why }) },
    });
  const sendToEither = async (id: number, state: ApplicationStatus, why: string) =>
    await onMonolith.mutateAsync({
      ...inputOf(id),
      body: { status: state, ...(why !== '' && { note: why }) },
    });
  return async (id: number, state: ApplicationState, why = ''): Promise<string | null> => {
    try {
      if (!isTracked) await sendToEither(id, state as ApplicationStatus, why);
      else if (!isStatus(state)) await sendToService(id, state, why);
      else
        await byEither(
          () => sendToService(id, state, why),
          () => sendToEither(id, state, why),
        );
      return null;
    } catch (reason) {
      return words(reason).reason;
    }
  };
}

function changesOf(id: number, state: ApplicationState): Change[] {
  const ofService = <One extends { id: number; status: string; may_become: ApplicationState[] }>(
    one: One,
  ) => ({
    ...one,
    status: state,
    may_become: nextOf(state, one.status),
  });
  const here = <One extends { id: number }>(all: One[], change: (one: One) => One) =>
    all.map((one) => (one.id === id ? change(one) : one));
  return [
    expectedPages(TRACKED, LIST_INPUT, (page) => ({ ...page, items: here(page.items, ofService) })),
    expected(TRACKED_ONE, inputOf(id), ofService),
    // The legacy API goes on showing the status below.
    ...(isStatus(state)
      ? [
          expectedPages(LIST, LIST_INPUT, (page) => ({
            ...page,
            applications: here(page.applications, (one) => ({ ...one, status: state })),
          })),
          expected(ONE, inputOf(id), (one) => ({ ...one, status: state })),
        ]
      : []),
  ];
}
