import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { type Answer, pagesRead, useApiQuery } from '../../api/index.ts';
import { useSession } from '../../session/index.ts';
import { asOf, happeningsIn, happeningsOf } from './happenings.ts';
import { DOCUMENTS, HISTORY, inputOf, LIST, LIST_INPUT, NOTES, ONE, STEPS, TRACKED_ONE } from './reads.ts';
import { rowsOfMonolith, rowsOfService } from './rows.ts';
import { useTracking } from './use-tracking.ts';

export type Tracked = Answer<typeof TRACKED_ONE>;

/** An application, and what the service alone knows of it (`tracked`); until they are read, as the list that led here has it. */
export function useApplication(id: number) {
  const t = useTranslations('applications');
  const client = useQueryClient();
  const tracking = useTracking();
  const one = useApiQuery(ONE, inputOf(id), {
    placeholderData: (): Answer<typeof ONE> | undefined =>
      pagesRead(client, LIST, LIST_INPUT)
        .flatMap(({ applications }) => applications)
        .find((each) => each.id === id),
  });
  const details = useApiQuery(TRACKED_ONE, inputOf(id), { enabled: tracking === 'there' });
  const tracked = tracking === 'missing' ? undefined : details.data;

  // Once it is shown, it stays while it moves from one side to the other.
  const wasShown = useRef(false);
  const isAwaited = tracking === 'unknown' || (tracking === 'there' && details.isPending);
  const isShown = one.data !== undefined && (wasShown.current || !isAwaited);
  wasShown.current = isShown;
  return {
    row: tracked ? rowsOfService([tracked], t('nameless'))[0] : one.data && rowsOfMonolith([one.data])[0],
    tracked: tracked ?? null,
    /** For `Reading`. */
    reading: { ...one, data: isShown ? one.data : undefined },
  };
}

/** What happened to an application, at a time what had happened until then: for `Reading`. */
export function useHappenings(id: number, tracked: Tracked | null, at: string | undefined) {
  const session = useSession();
  const me = session.status === 'in' ? String(session.user.id) : '';
  const isTracked = tracked !== null;
  const steps = useApiQuery(STEPS, inputOf(id), { enabled: !isTracked });
  const history = useApiQuery(HISTORY, inputOf(id), { enabled: isTracked });
  const notes = useApiQuery(NOTES, inputOf(id));
  const documents = useApiQuery(DOCUMENTS, inputOf(id));

  const happenings = useMemo(() => {
    if (!notes.data || !documents.data) return undefined;
    if (!isTracked)
      return steps.data && happeningsOf({ steps: steps.data, notes: notes.data, documents: documents.data });
    const namesOf = (all: readonly { id: number; name: string }[]) =>
      new Map(all.map(({ id: each, name }) => [each, name]));
    const action = tracked.next_action;
    return (
      history.data &&
      happeningsIn(history.data.entries, {
        notes: notes.data,
        named: {
          document: namesOf(documents.data),
          contact: namesOf(tracked.contacts),
          next_action: new Map(action ? [[action.id, action.what]] : []),
        },
        me,
      })
    );
  }, [isTracked, tracked, steps.data, history.data, notes.data, documents.data, me]);
  const shown = useMemo(
    () => happenings && (at === undefined ? { happenings, state: null } : asOf(happenings, at)),
    [happenings, at],
  );
  // Of whichever is not there, for what is shown in its place.
  const first = isTracked ? history : steps;
  const read = [notes, documents].find(({ data }) => data === undefined) ?? first;
  return { ...read, data: shown };
}
