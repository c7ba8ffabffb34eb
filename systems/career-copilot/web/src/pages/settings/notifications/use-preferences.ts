import { useTranslations } from 'use-intl';
import { expected, useApiMutation } from '../../../api/index.ts';
import { useTelling } from '../use-telling.ts';
import { withChange } from './preferences.ts';

export const READ = 'GET /api/v1/notifications/preferences';
export const CHANNELS_READ = 'GET /api/v1/notifications/channels';

/** Changes what somebody is told: shown at once, and as it was if it is refused. */
export function useChange() {
  const t = useTranslations('notificationSettings');
  const tell = useTelling();
  return useApiMutation('PUT /api/v1/notifications/preferences', {
    expects: ({ body }) => [expected(READ, {}, (before) => withChange(before, body))],
    onTakenBack: (reason) => tell(t('notSaved'), reason),
  });
}
