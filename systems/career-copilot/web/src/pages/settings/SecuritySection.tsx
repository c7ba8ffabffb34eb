import { Stack } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useFeature } from '../../api/index.ts';
import { Page } from '../../shell/Page.tsx';
import { AppsCard } from './AppsCard.tsx';
import { EmailCard } from './EmailCard.tsx';
import { PasswordCard } from './PasswordCard.tsx';
import { SecondFactorCard } from './SecondFactorCard.tsx';
import { SessionsCard } from './SessionsCard.tsx';

/** Who gets into the account, and how. */
export function SecuritySection() {
  const t = useTranslations('settings.security');
  const hasAuth = useFeature('GET /api/v1/auth/sessions') === 'there';
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Stack gap={5}>
        <PasswordCard />
        {hasAuth && (
          <>
            <EmailCard />
            <SecondFactorCard />
            <SessionsCard />
            <AppsCard />
          </>
        )}
      </Stack>
    </Page>
  );
}
