import { Banner, Button, Card, Columns, LinkButton, Skeleton, Stack } from '@banyan/ui';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useAgo, useFormats } from '../../i18n/index.ts';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Application.module.css';
import { Contacts } from './Contacts.tsx';
import { Documents } from './Documents.tsx';
import { Facts } from './Facts.tsx';
import { Happenings } from './Happenings.tsx';
import { MoveMenu } from './MoveMenu.tsx';
import { NextAction } from './NextAction.tsx';
import { NoteForm } from './NoteForm.tsx';
import { Posting } from './Posting.tsx';
import type { ApplicationRow } from './rows.ts';
import { StateName } from './StateName.tsx';
import { type Tracked, useApplication, useHappenings } from './use-application.ts';

const route = getRouteApi('/signed-in/applications/$id');

/** One application: where it stands, what happened to it, and what belongs to it. */
export function ApplicationPage() {
  const t = useTranslations('applications');
  const { id } = route.useParams();
  const { row, tracked, reading } = useApplication(id);
  const shown = reading.error ? undefined : row;
  return (
    <Page
      title={shown?.title ?? t('one.title')}
      parent={{ title: t('title'), href: '/applications' }}
      lead={shown ? <Lead row={shown} /> : <Skeleton width="14rem" />}
      actions={
        reading.data && (
          <>
            <LinkButton href={`/jobs/${reading.data.job_id}`} icon="briefcase">
              {t('one.job')}
            </LinkButton>
            <MoveMenu application={row!} isTracked={tracked !== null} />
          </>
        )
      }
    >
      <Reading of={reading} failed={t('one.failed')} skeleton={<PartsSkeleton />}>
        {(one) => <Parts key={id} application={one} tracked={tracked} />}
      </Reading>
    </Page>
  );
}

type Application = NonNullable<ReturnType<typeof useApplication>['reading']['data']>;

function Lead({ row: { company, state, changedAt } }: { row: ApplicationRow }) {
  const t = useTranslations('applications');
  const ago = useAgo();
  return (
    <span className={styles.lead}>
      <span>{company}</span>
      <StateName state={state} />
      <span>{t('changed', { when: ago(changedAt) })}</span>
    </span>
  );
}

function Parts({ application, tracked }: { application: Application; tracked: Tracked | null }) {
  const t = useTranslations('applications.one');
  const { id, cover_letter: letter } = application;
  const { at } = route.useSearch();
  const happenings = useHappenings(id, tracked, at);
  return (
    <Columns
      aside={
        <>
          <Facts application={application} tracked={tracked} />
          {tracked && <Contacts tracked={tracked} />}
          <Documents id={id} isTracked={tracked !== null} />
        </>
      }
    >
      {tracked && <NextAction tracked={tracked} />}
      <Card title={t('happened.title')}>
        <Stack gap={5}>
          {at === undefined && <NoteForm id={id} />}
          <Reading of={happenings} failed={t('happened.failed')} skeleton={<Skeleton lines={8} />}>
            {(all) => (
              <>
                {at !== undefined && <Then at={at} state={all.state} />}
                <Happenings happenings={all.happenings} />
              </>
            )}
          </Reading>
        </Stack>
      </Card>
      {letter && (
        <Card title={t('letter')}>
          <p className={styles.text}>{letter}</p>
        </Card>
      )}
      {tracked?.has_posting && <Posting id={id} />}
    </Columns>
  );
}

/** How it stood at a time, and the way back to now. */
function Then({ at, state }: { at: string; state: string | null }) {
  const t = useTranslations('applications.one.happened');
  const format = useFormats();
  const navigate = route.useNavigate();
  return (
    <Banner
      title={t('then', { when: format.dateTime(at) })}
      action={
        <Button size="small" onPress={() => void navigate({ search: {}, resetScroll: false })}>
          {t('now')}
        </Button>
      }
    >
      {state === null ? t('notThere') : <StateName state={state} />}
    </Banner>
  );
}

function PartsSkeleton() {
  return (
    <Columns
      aside={
        <>
          <Skeleton shape="block" height="8rem" />
          <Skeleton shape="block" height="10rem" />
        </>
      }
    >
      <Skeleton shape="block" height="32rem" />
    </Columns>
  );
}
