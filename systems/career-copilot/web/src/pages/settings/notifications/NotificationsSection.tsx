import { Skeleton, Stack } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useApiQuery } from '../../../api/index.ts';
import { Page } from '../../../shell/Page.tsx';
import { Reading } from '../../../shell/Reading.tsx';
import { Available } from '../Available.tsx';
import { ChannelsCard } from './ChannelsCard.tsx';
import { KindsCard } from './KindsCard.tsx';
import { TimesCard } from './TimesCard.tsx';
import { CHANNELS_READ, READ } from './use-preferences.ts';

/** What somebody is told of, by which ways and when. */
export function NotificationsSection() {
  const t = useTranslations('notificationSettings');
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Available operation={READ} skeleton={<SectionSkeleton />}>
        <Cards />
      </Available>
    </Page>
  );
}

function Cards() {
  const t = useTranslations('notificationSettings');
  const preferences = useApiQuery(READ, {});
  const channels = useApiQuery(CHANNELS_READ, {});
  return (
    <Reading of={preferences} failed={t('failed')} skeleton={<SectionSkeleton />}>
      {(chosen) => (
        <Reading of={channels} failed={t('failed')} skeleton={<SectionSkeleton />}>
          {({ channels: there }) => (
            <Stack gap={5}>
              <KindsCard preferences={chosen} there={there} />
              <ChannelsCard there={there} />
              <TimesCard preferences={chosen} />
            </Stack>
          )}
        </Reading>
      )}
    </Reading>
  );
}

function SectionSkeleton() {
  return (
    <Stack gap={5}>
      <Skeleton shape="block" height="40rem" />
      <Skeleton shape="block" height="14rem" />
      <Skeleton shape="block" height="16rem" />
    </Stack>
  );
}
