import { EmptyState, LinkButton } from '@banyan/ui';
import type { ReactElement, ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { OperationName } from '../../api/types.ts';
import { Available as AvailableThere } from '../../shell/Available.tsx';

/** What is shown of a section that only a service has: for whoever comes by its address while the service is not there yet, that. */
export function Available(props: { operation: OperationName; skeleton: ReactElement; children: ReactNode }) {
  const t = useTranslations('settings.notYet');
  const missing = (
    <EmptyState
      icon="clock"
      title={t('title')}
      action={<LinkButton href="/settings">{t('back')}</LinkButton>}
    >
      {t('text')}
    </EmptyState>
  );
  return <AvailableThere {...props} missing={missing} />;
}
