import { LinkButton } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { Page } from './Page.tsx';

export function NotFoundPage() {
  const t = useTranslations('shell.notFound');
  return (
    <Page
      title={t('title')}
      lead={t('text')}
      width="narrow"
      actions={
        <LinkButton href="/" variant="primary">
          {t('home')}
        </LinkButton>
      }
    >
      {null}
    </Page>
  );
}
