import { Columns, Skeleton } from '@banyan/ui';
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useApiQuery } from '../../api/index.ts';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import { ProfileForm } from './ProfileForm.tsx';
import { withSettings } from './profile-entry.ts';
import { useMatching } from './use-matching.ts';

export function ProfilePage() {
  const t = useTranslations('profile');
  const profile = useApiQuery('GET /api/v1/users/me', {});
  const { settings, tellMatching } = useMatching();
  const seen = useMemo(() => profile.data && withSettings(profile.data, settings), [profile.data, settings]);
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Reading of={profile} failed={t('failed')} skeleton={<ProfileSkeleton />}>
        {() => <ProfileForm profile={seen!} tellMatching={tellMatching} />}
      </Reading>
    </Page>
  );
}

function ProfileSkeleton() {
  return (
    <Columns aside={<Skeleton shape="block" height="14rem" />}>
      <Skeleton shape="block" height="24rem" />
      <Skeleton shape="block" height="18rem" />
      <Skeleton shape="block" height="22rem" />
    </Columns>
  );
}
