import { Banner, Button, LinkButton, showToast } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useErrorWords } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import type { Applied } from './use-applied.ts';
import { EXPECTED_ID, type JobNamed, useSaveJob } from './use-apply.ts';

/** What can be done about a job, by what somebody has done about it. */
export function Standing({
  job,
  isOpen,
  application,
  onApply,
}: {
  job: JobNamed;
  isOpen: boolean;
  application: Applied | undefined;
  onApply: () => void;
}) {
  const t = useTranslations('jobs.standing');
  const words = useErrorWords();
  const save = useSaveJob(job, (reason) =>
    showToast({ title: t('notSaved'), description: words(reason).reason, tone: 'danger' }),
  );
  const isSaved = application?.status === 'saved';
  if (application && !isSaved)
    return (
      <LinkButton href={`/applications/${application.id}`} variant="primary" icon="board">
        {t('show')}
      </LinkButton>
    );
  if (!isOpen) return null;
  return (
    <>
      {!isSaved && (
        <Button icon="bookmark" onPress={save}>
          {t('save')}
        </Button>
      )}
      <Button variant="primary" icon="send" isDisabled={application?.id === EXPECTED_ID} onPress={onApply}>
        {t('apply')}
      </Button>
    </>
  );
}

/** "You applied here already", with the way to the application. */
export function StandingBanner({ application }: { application: Applied }) {
  const t = useTranslations('jobs.standing');
  const ofStates = useTranslations('applications.states');
  const { date } = useFormats();
  const { id, status, applied_at } = application;
  if (status === 'saved')
    return (
      <Banner
        title={t('saved')}
        action={
          id !== EXPECTED_ID && (
            <LinkButton href={`/applications/${id}`} size="small">
              {t('show')}
            </LinkButton>
          )
        }
      >
        {t('savedText')}
      </Banner>
    );
  return (
    <Banner
      tone="good"
      title={applied_at === null ? t('applied') : t('appliedOn', { day: date(applied_at) })}
    >
      {t('state', { state: ofStates(status) })}
    </Banner>
  );
}
