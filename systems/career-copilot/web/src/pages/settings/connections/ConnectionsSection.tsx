import { Card, LinkButton, Skeleton, Stack } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { Page } from '../../../shell/Page.tsx';
import { Available } from '../Available.tsx';
import { AccountsCard } from './AccountsCard.tsx';
import { ACCOUNTS } from './use-accounts.ts';

/** What somebody uses beside Career Copilot. */
export function ConnectionsSection() {
  const t = useTranslations('connections');
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Available operation={ACCOUNTS} skeleton={<Skeleton shape="block" height="16rem" />}>
        <Stack gap={5}>
          <AccountsCard />
          <Card title={t('import.title')} description={t('import.text')}>
            <LinkButton href="/profile/import">{t('import.go')}</LinkButton>
          </Card>
        </Stack>
      </Available>
    </Page>
  );
}
