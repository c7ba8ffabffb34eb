import { showToast } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import type { Resume } from '../../../../api/resume.ts';
import { expected, useApiMutation, useApiQuery, useErrorWords, useFeature } from '../../api/index.ts';

const RESUME = 'GET /api/v1/users/me/resume';

/** The résumé that somebody has confirmed: an empty one as long as there is none, null where there is no place for one yet. */
export function useResume() {
  const t = useTranslations('profile.resume');
  const words = useErrorWords();
  const isThere = useFeature(RESUME) === 'there';
  const query = useApiQuery(RESUME, {}, { enabled: isThere });
  const isNone = query.error?.code === 'RESUME_NOT_FOUND';
  const resume: Resume | null = !isThere ? null : (query.data?.resume ?? (isNone ? {} : null));

  const put = useApiMutation('PUT /api/v1/users/me/resume', {
    expects: ({ body }) => [expected(RESUME, {}, (read) => ({ ...read, resume: body.resume }))],
  });
  const save = async (changed: Resume, told: string, before: Resume | null = resume): Promise<boolean> => {
    try {
      await put.mutateAsync({ body: { resume: changed } });
    } catch (reason) {
      showToast({ title: t('notSaved'), description: words(reason).reason, tone: 'danger' });
      return false;
    }
    showToast({
      title: told,
      tone: 'good',
      ...(before && {
        action: { label: t('undo'), onAction: () => void save(before, t('undone'), null) },
      }),
    });
    return true;
  };
  return {
    isThere,
    resume,
    confirmedAt: query.data?.confirmed_at ?? null,
    isLoading: isThere && query.isPending && !isNone,
    /** Keeps a changed one; says so with the way back. */
    save,
    isSaving: put.isPending,
  };
}

/** The operation by which files are read as résumés, of whichever service answers; null: of none. */
export function useImport() {
  const ofUsers = useFeature('POST /api/v1/users/me/resume');
  const ofIntegrations = useFeature('POST /api/v1/integrations/resume');
  return {
    operation:
      ofUsers === 'there'
        ? ('POST /api/v1/users/me/resume' as const)
        : ofIntegrations === 'there'
          ? ('POST /api/v1/integrations/resume' as const)
          : null,
    isUnknown: ofUsers === 'unknown' || ofIntegrations === 'unknown',
  };
}
