import type { ApplicationStatus } from '../../../../api/applications.ts';
import { type Answer, expected, expectedPages, useApiMutation, useErrorWords } from '../../api/index.ts';
import { inputOf, LIST, LIST_INPUT, ONE } from './reads.ts';

/**
 * Moves an application to another state, with why: shown at once wherever it is, and taken back with the reason if it is refused. Resolves with
 * whether it was moved.
 */
export function useMove() {
  const words = useErrorWords();
  const { mutateAsync } = useApiMutation('PATCH /api/v1/applications/{id}/status', {
    expects: ({ params, body: { status } }) => [
      expectedPages(LIST, LIST_INPUT, (page) => moved(page, params.path.id, status)),
      expected(ONE, inputOf(params.path.id), (one) => ({ ...one, status })),
    ],
  });
  return async (
    id: number,
    { status, why = '' }: { status: ApplicationStatus; why?: string },
    onTakenBack: (reason: string) => void,
  ): Promise<boolean> => {
    try {
      await mutateAsync({ ...inputOf(id), body: { status, ...(why === '' ? {} : { note: why }) } });
      return true;
    } catch (reason) {
      onTakenBack(words(reason).reason);
      return false;
    }
  };
}

function moved(page: Answer<typeof LIST>, id: number, status: ApplicationStatus): Answer<typeof LIST> {
  return {
    ...page,
    applications: page.applications.map((one) => (one.id === id ? { ...one, status } : one)),
  };
}
