import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { Page } from './Page.tsx';

export function NotFoundPage() {
  const t = useTranslations('shell.notFound');
  return (
    <Page title={t('title')} width="narrow">
      <p>{t('text')}</p>
      <p>
        <Link to="/">{t('home')}</Link>
      </p>
    </Page>
  );
}
