import { Card, RadioGroup, Skeleton, Stack, Switch } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { type Answer, expected, useApiMutation, useApiQuery } from '../../api/index.ts';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import { Available } from './Available.tsx';
import { useTelling } from './use-telling.ts';

const READ = 'GET /api/v1/users/me/privacy-settings';
type Privacy = Answer<typeof READ>;
const SHOWN = ['show_headline', 'show_location', 'show_skills'] as const;

/** What others see. Each choice holds at once. */
export function PrivacySection() {
  const t = useTranslations('settings.privacy');
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Available operation={READ} skeleton={<PrivacySkeleton />}>
        <PrivacyCards />
      </Available>
    </Page>
  );
}

function PrivacyCards() {
  const t = useTranslations('settings.privacy');
  const tell = useTelling();
  const privacy = useApiQuery(READ, {});
  const put = useApiMutation('PUT /api/v1/users/me/privacy-settings', {
    expects: ({ body }) => [expected(READ, {}, (before) => ({ ...before, ...body }))],
    onTakenBack: (reason) => tell(t('notSaved'), reason),
  });
  const change = (body: Partial<Privacy>) => put.mutate({ body });
  return (
    <Reading of={privacy} failed={t('failed')} skeleton={<PrivacySkeleton />}>
      {(now) => (
        <Stack gap={5}>
          <Card title={t('who')}>
            <RadioGroup
              label={t('who')}
              isLabelHidden
              value={now.profile_visibility}
              options={(['members', 'private'] as const).map((id) => ({
                id,
                label: t(id),
                description: t(`${id}Text`),
              }))}
              onChange={(chosen) => change({ profile_visibility: chosen as Privacy['profile_visibility'] })}
            />
          </Card>
          <Card title={t('what')} description={t('whatText')}>
            <Stack gap={3}>
              {SHOWN.map((field) => (
                <Switch
                  key={field}
                  isSelected={now[field]}
                  isDisabled={now.profile_visibility === 'private'}
                  onChange={(isShown) => change({ [field]: isShown })}
                >
                  {t(field)}
                </Switch>
              ))}
            </Stack>
          </Card>
        </Stack>
      )}
    </Reading>
  );
}

function PrivacySkeleton() {
  return (
    <Stack gap={5}>
      <Skeleton shape="block" height="10.5rem" />
      <Skeleton shape="block" height="12rem" />
    </Stack>
  );
}
