import { Card, Columns, LinkButton, Skeleton, Stack, Status } from '@banyan/ui';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useAgo, useFormats } from '../../i18n/index.ts';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Application.module.css';
import { Documents } from './Documents.tsx';
import { Happenings } from './Happenings.tsx';
import { MoveMenu } from './MoveMenu.tsx';
import { NoteForm } from './NoteForm.tsx';
import { TONES } from './states.ts';
import { useApplication, useHappenings } from './use-application.ts';

const route = getRouteApi('/signed-in/applications/$id');

/** One application: where it stands, what happened to it, and what belongs to it. */
export function ApplicationPage() {
  const t = useTranslations('applications');
  const { id } = route.useParams();
  const application = useApplication(id);
  const one = application.error ? undefined : application.data;
  return (
    <Page
      title={one?.job_title ?? t('one.title')}
      parent={{ title: t('title'), href: '/applications' }}
      lead={one ? <Lead application={one} /> : <Skeleton width="14rem" />}
      actions={
        one && (
          <>
            <LinkButton href={`/jobs/${one.job_id}`} icon="briefcase">
              {t('one.job')}
            </LinkButton>
            <MoveMenu application={one} />
          </>
        )
      }
    >
      <Reading of={application} failed={t('one.failed')} skeleton={<PartsSkeleton />}>
        {(shown) => <Parts key={id} application={shown} />}
      </Reading>
    </Page>
  );
}

type Application = NonNullable<ReturnType<typeof useApplication>['data']>;

function Lead({ application: { company_name, status, updated_at } }: { application: Application }) {
  const t = useTranslations('applications');
  const ago = useAgo();
  return (
    <span className={styles.lead}>
      <span>{company_name}</span>
      <Status tone={TONES[status]}>{t(`states.${status}`)}</Status>
      <span>{t('changed', { when: ago(updated_at) })}</span>
    </span>
  );
}

function Parts({ application }: { application: Application }) {
  const t = useTranslations('applications.one');
  const { id, cover_letter: letter } = application;
  const { happenings, documents } = useHappenings(id);
  return (
    <Columns
      aside={
        <>
          <Facts application={application} />
          <Card title={t('documents.title')}>
            <Reading of={documents} failed={t('documents.failed')} skeleton={<Skeleton lines={3} />}>
              {(all) => <Documents documents={all} />}
            </Reading>
          </Card>
        </>
      }
    >
      <Card title={t('happened.title')}>
        <Stack gap={5}>
          <NoteForm id={id} />
          <Reading of={happenings} failed={t('happened.failed')} skeleton={<Skeleton lines={8} />}>
            {(all) => <Happenings happenings={all} />}
          </Reading>
        </Stack>
      </Card>
      {letter && (
        <Card title={t('letter')}>
          <p className={styles.text}>{letter}</p>
        </Card>
      )}
    </Columns>
  );
}

function Facts({ application: { applied_at, created_at } }: { application: Application }) {
  const t = useTranslations('applications.one.facts');
  const format = useFormats();
  return (
    <Card title={t('title')}>
      <dl className={styles.facts}>
        <dt>{t('saved')}</dt>
        <dd>{format.date(created_at)}</dd>
        <dt>{t('applied')}</dt>
        <dd>{applied_at ? format.date(applied_at) : t('notYet')}</dd>
      </dl>
    </Card>
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
