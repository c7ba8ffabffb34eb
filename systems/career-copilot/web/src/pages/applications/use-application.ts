import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Answer, pagesRead, useApiQuery } from '../../api/index.ts';
import { happeningsOf } from './happenings.ts';
import { DOCUMENTS, inputOf, LIST, LIST_INPUT, NOTES, ONE, STEPS } from './reads.ts';

/** An application; until it is read, as the list that led here has it. */
export function useApplication(id: number) {
  const client = useQueryClient();
  return useApiQuery(ONE, inputOf(id), {
    placeholderData: (): Answer<typeof ONE> | undefined =>
      pagesRead(client, LIST, LIST_INPUT)
        .flatMap(({ applications }) => applications)
        .find((one) => one.id === id),
  });
}

/** What happened to an application, and its documents. */
export function useHappenings(id: number) {
  const steps = useApiQuery(STEPS, inputOf(id));
  const notes = useApiQuery(NOTES, inputOf(id));
  const documents = useApiQuery(DOCUMENTS, inputOf(id));
  const happenings = useMemo(
    () =>
      steps.data &&
      notes.data &&
      documents.data &&
      happeningsOf({ steps: steps.data, notes: notes.data, documents: documents.data }),
    [steps.data, notes.data, documents.data],
  );
  // Of whichever is not there, for what is shown in its place.
  const read = [steps, notes, documents].find(({ data }) => data === undefined) ?? steps;
  return { happenings: { ...read, data: happenings }, documents };
}
