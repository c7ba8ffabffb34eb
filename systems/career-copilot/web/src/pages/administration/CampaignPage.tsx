import {
  BarChart,
  Button,
  Card,
  Columns,
  ConfirmDialog,
  Skeleton,
  Stack,
  Status,
  showToast,
} from '@banyan/ui';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { type CampaignStep, stepsFrom } from '../../../../api/campaigns.ts';
import { DELIVERY_STATES } from '../../../../api/notifications.ts';
import { type Answer, useApiMutation, useApiQuery, useErrorWords } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import { Available } from '../../shell/Available.tsx';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Administration.module.css';
import { TONES } from './CampaignsPage.tsx';
import { CAMPAIGN } from './campaigns.ts';
import { MessagePreview } from './MessagePreview.tsx';
import { NotYet } from './NotYet.tsx';

const route = getRouteApi('/signed-in/administration/campaigns/$id');
/** While it runs, ms. */
const LOOK_MS = 3_000;

type Read = Answer<typeof CAMPAIGN>;

/** One campaign: how far it is, what it says, and what is done with it. */
export function CampaignPage() {
  const t = useTranslations('administration.campaigns');
  const { id } = route.useParams();
  const campaign = useApiQuery(
    CAMPAIGN,
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data?.state === 'running' ? LOOK_MS : false) },
  );
  return (
    <Page
      title={campaign.data?.name ?? t('one')}
      parent={{ title: t('title'), href: '/administration/campaigns' }}
      width="full"
      {...(campaign.data && { actions: <Steps campaign={campaign.data} /> })}
    >
      <Available operation={CAMPAIGN} skeleton={<OneSkeleton />} missing={<NotYet part="campaigns" />}>
        <Reading of={campaign} failed={t('failedOne')} skeleton={<OneSkeleton />}>
          {(data) => <One campaign={data} />}
        </Reading>
      </Available>
    </Page>
  );
}

function One({ campaign }: { campaign: Read }) {
  const t = useTranslations('administration.campaigns');
  const format = useFormats();
  const { state, audience, per_minute: perMinute, link, created_at, messages, words } = campaign;
  const told = DELIVERY_STATES.filter((each) => messages[each] !== undefined);
  return (
    <Columns
      aside={
        <MessagePreview
          kind="news"
          locale={audience.locales?.[0] ?? 'en'}
          words={{ ...words, short: '' }}
          link={link}
        />
      }
      isAsideSticky
    >
      <Card title={t('how')}>
        <Stack gap={3}>
          <Status tone={TONES[state]}>{t(`states.${state}`)}</Status>
          <dl className={styles.pairs}>
            <dt>{t('to')}</dt>
            <dd>
              {audience.user_ids ? t('toNamed', { count: audience.user_ids.length }) : t('toAll')}
              {audience.locales &&
                ` · ${audience.locales.map((locale) => t(`localeNames.${locale}`)).join(', ')}`}
            </dd>
            <dt>{t('pace')}</dt>
            <dd>{t('perMinute', { count: perMinute })}</dd>
            {link !== null && (
              <>
                <dt>{t('link')}</dt>
                <dd>{link}</dd>
              </>
            )}
            <dt>{t('made')}</dt>
            <dd>{format.dateTime(created_at)}</dd>
          </dl>
        </Stack>
      </Card>
      <Card>
        {told.length === 0 ? (
          <>
            <h2 className={styles.name}>{t('messages')}</h2>
            <p className={styles.muted}>{t('noMessages')}</p>
          </>
        ) : (
          <BarChart
            title={t('messages')}
            level={2}
            isHorizontal
            height={200}
            summary={told.map((each) => `${t(`deliveries.${each}`)}: ${messages[each]}.`).join(' ')}
            tableLabel={t('table')}
            chartLabel={t('chart')}
            data={{
              axisTitle: t('messages'),
              places: told.map((each) => t(`deliveries.${each}`)),
              series: [{ id: 'count', title: t('count'), values: told.map((each) => messages[each]!) }],
              format: (count) => format.number(count),
            }}
          />
        )}
      </Card>
    </Columns>
  );
}

/** What is asked before: once mails have gone out nobody takes them back. */
const ASKED = new Set<CampaignStep>(['start', 'cancel']);

function Steps({ campaign: { id, state } }: { campaign: Read }) {
  const t = useTranslations('administration.campaigns');
  const words = useErrorWords();
  const [asked, setAsked] = useState<CampaignStep | null>(null);
  const take = useApiMutation('POST /api/v1/notifications/campaigns/{id}/{step}', {
    onError: (reason) =>
      showToast({ title: t('notDone'), description: words(reason).reason, tone: 'danger' }),
  });
  const run = (step: CampaignStep) => take.mutate({ params: { path: { id, step } } });
  return (
    <>
      {stepsFrom(state)
        .toReversed()
        .map((step) => (
          <Button
            key={step}
            variant={step === 'cancel' ? 'secondary' : 'primary'}
            isDisabled={take.isPending}
            onPress={() => (ASKED.has(step) ? setAsked(step) : run(step))}
          >
            {t(`steps.${step}`)}
          </Button>
        ))}
      {asked !== null && asked !== 'pause' && (
        <ConfirmDialog
          isOpen
          onOpenChange={() => setAsked(null)}
          title={t(`ask.${asked}.title`)}
          confirmLabel={t(`steps.${asked}`)}
          cancelLabel={t('keep')}
          isDangerous={asked === 'cancel'}
          onConfirm={() => {
            run(asked);
            setAsked(null);
          }}
        >
          {t(`ask.${asked}.text`)}
        </ConfirmDialog>
      )}
    </>
  );
}

function OneSkeleton() {
  return <Skeleton shape="block" height="30rem" />;
}
