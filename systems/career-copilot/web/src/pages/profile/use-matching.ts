import { showToast } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { expected, useApiMutation, useApiQuery, useErrorWords, useFeature } from '../../api/index.ts';
import { type ProfileEntry, settingsOf } from './profile-entry.ts';

const SETTINGS = 'GET /api/v1/jobs/match-settings';

/** What the matching is told of somebody besides their profile, where there is one. */
export function useMatching() {
  const t = useTranslations('profile.save');
  const words = useErrorWords();
  const isThere = useFeature(SETTINGS) === 'there';
  const { data } = useApiQuery(SETTINGS, {}, { enabled: isThere });
  const put = useApiMutation('PUT /api/v1/jobs/match-settings', {
    expects: ({ body }) => [expected(SETTINGS, {}, (before) => ({ ...before, ...body }))],
  });
  const tellMatching = async ({ wishes }: ProfileEntry) => {
    if (!isThere) return;
    try {
      await put.mutateAsync({ body: settingsOf(wishes) });
    } catch (reason) {
      showToast({ title: t('notMatched'), description: words(reason).reason, tone: 'danger' });
    }
  };
  return { settings: data, tellMatching };
}
