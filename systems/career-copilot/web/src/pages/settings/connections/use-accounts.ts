import { useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { api, expected, queryOf, useApiMutation, useApiQuery } from '../../../api/index.ts';
import { useTelling } from '../use-telling.ts';
import type { LinkedCalendar } from './accounts.ts';

export const ACCOUNTS = 'GET /api/v1/integrations/connections';
const CALENDARS = 'GET /api/v1/integrations/calendars';
/** While one has not been looked at yet, ms. */
const LOOK_AGAIN_MS = 5_000;

/** Accounts elsewhere, and which of their calendars are looked at. */
export function useAccounts() {
  const accounts = useApiQuery(ACCOUNTS, {});
  const calendars = useApiQuery(
    CALENDARS,
    {},
    {
      refetchInterval: ({ state }) =>
        state.data?.calendars.some(isFirstAwaited) === true ? LOOK_AGAIN_MS : false,
    },
  );
  return { accounts, calendars };
}

/** Of one that is being linked: it cannot be taken back before the answer has told its id. */
export const NO_ID = 0;

/** Has calendars looked at, or no more. */
export function useLinking() {
  const t = useTranslations('connections.calendars');
  const tell = useTelling();
  const client = useQueryClient();
  // Nothing else has changed, and to ask an account which calendars it has takes its time.
  const settled = { changes: [], onSettled: () => client.invalidateQueries({ queryKey: KEY }) };
  const link = useApiMutation('POST /api/v1/integrations/calendars', {
    ...settled,
    expects: ({ body: { connection_id, calendar_id = '' } }) => [
      expected(CALENDARS, {}, ({ calendars }) => ({
        calendars: [...calendars, { id: NO_ID, connection_id, calendar_id, synced_at: null, error: null }],
      })),
    ],
    onTakenBack: (reason) => tell(t('notLinked'), reason),
  });
  const unlink = useApiMutation('DELETE /api/v1/integrations/calendars/{id}', {
    ...settled,
    expects: ({ params }) => [
      expected(CALENDARS, {}, ({ calendars }) => ({
        calendars: calendars.filter(({ id }) => id !== params.path.id),
      })),
    ],
    onTakenBack: (reason) => tell(t('notUnlinked'), reason),
  });
  return { link, unlink };
}

const KEY = queryOf(api, CALENDARS, {}).queryKey;

function isFirstAwaited({ synced_at, error }: LinkedCalendar): boolean {
  return synced_at === null && error === null;
}
