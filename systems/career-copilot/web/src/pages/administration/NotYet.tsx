import { EmptyState, LinkButton } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import type { SectionName } from './use-sections.ts';

/** For whoever comes to a part by its address while nobody answers for it. */
export function NotYet({ part }: { part: SectionName }) {
  const t = useTranslations('administration');
  return (
    <EmptyState
      icon="clock"
      title={t('notYet.title')}
      action={<LinkButton href="/administration">{t('notYet.back')}</LinkButton>}
    >
      {t('notYet.text', { part: t(`parts.${part}`) })}
    </EmptyState>
  );
}
