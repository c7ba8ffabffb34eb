import { EmptyState, LinkButton, SkeletonGroup } from '@banyan/ui';
import type { ReactElement, ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useFeature } from '../../api/index.ts';
import type { OperationName } from '../../api/types.ts';

/** What is shown of a section that only a service has: for whoever comes by its address while the service is not there yet, that. */
export function Available({
  operation,
  skeleton,
  children,
}: {
  operation: OperationName;
  skeleton: ReactElement;
  children: ReactNode;
}) {
  const t = useTranslations('settings.notYet');
  const tShell = useTranslations('shell');
  const feature = useFeature(operation);
  if (feature === 'there') return children;
  if (feature === 'unknown') return <SkeletonGroup label={tShell('starting')}>{skeleton}</SkeletonGroup>;
  return (
    <EmptyState
      icon="clock"
      title={t('title')}
      action={<LinkButton href="/settings">{t('back')}</LinkButton>}
    >
      {t('text')}
    </EmptyState>
  );
}
