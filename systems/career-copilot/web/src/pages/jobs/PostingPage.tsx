import { Badge, Banner, Columns, Skeleton, Stack } from '@banyan/ui';
import { getRouteApi } from '@tanstack/react-router';
import { useNow, useTranslations } from 'use-intl';
import { useAgo, useFormats } from '../../i18n/index.ts';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import { ApplyDialog } from './ApplyDialog.tsx';
import { CompanyCard } from './CompanyCard.tsx';
import { Description } from './Description.tsx';
import { FactsCard } from './FactsCard.tsx';
import { lastSearch } from './last-search.ts';
import { MatchCard } from './MatchCard.tsx';
import styles from './Posting.module.css';
import { opennessOf } from './posting.ts';
import { SimilarJobs } from './SimilarJobs.tsx';
import { Standing, StandingBanner } from './Standing.tsx';
import { type Posting, usePosting } from './use-posting.ts';

const route = getRouteApi('/signed-in/jobs/$id');

/** One job: what it is, whom it fits, and the way to apply. */
export function PostingPage() {
  const t = useTranslations('jobs');
  const { id } = route.useParams();
  const { apply } = route.useSearch();
  const navigate = route.useNavigate();
  const posting = usePosting(id);
  const { application } = posting;
  const now = useNow({ updateInterval: 60_000 });
  const job = posting.error ? undefined : posting.data;
  const openness = job && opennessOf(job.is_active, posting.offers, now);
  const isOpen = openness?.state === 'open';
  const open = (isOn: boolean) =>
    void navigate({ search: isOn ? { apply: true } : {}, replace: !isOn, resetScroll: false });

  return (
    <Page
      title={job?.title ?? t('posting.title')}
      parent={{ title: t('title'), href: lastSearch() }}
      lead={job ? <Lead job={job} /> : <Skeleton width="18rem" />}
      {...(job && {
        actions: <Standing job={job} isOpen={isOpen} application={application} onApply={() => open(true)} />,
      })}
    >
      <Reading of={posting} failed={t('posting.failed')} skeleton={<PostingSkeleton />}>
        {(shown) => (
          <>
            {application && <StandingBanner application={application} />}
            {openness?.state === 'closed' && <Closed since={openness.since} />}
            <Columns
              aside={
                <>
                  <FactsCard job={shown} offers={posting.offers} openness={openness} />
                  {posting.hasService && isOpen && <MatchCard id={id} />}
                  <CompanyCard id={shown.company.id} />
                  <SimilarJobs job={shown} />
                </>
              }
            >
              <Description job={shown} offers={posting.offers} />
            </Columns>
            {apply && isOpen && (!application || application.status === 'saved') && (
              <ApplyDialog job={shown} application={application} onClose={() => open(false)} />
            )}
          </>
        )}
      </Reading>
    </Page>
  );
}

function Lead({ job }: { job: Posting }) {
  const t = useTranslations('jobs');
  const ago = useAgo();
  return (
    <Stack direction="row" gap={2} align="center">
      <strong>{job.company.name}</strong>
      {job.location !== null && <span>{job.location}</span>}
      {job.remote && <Badge tone="accent">{t('remote')}</Badge>}
      <span>{t('posted', { when: ago(job.posted_at) })}</span>
    </Stack>
  );
}

function Closed({ since }: { since: string | null }) {
  const t = useTranslations('jobs.posting');
  const { date } = useFormats();
  return (
    <Banner
      tone="warning"
      isLive={false}
      title={since === null ? t('closed') : t('closedSince', { day: date(since) })}
    >
      {t('closedText')}
    </Banner>
  );
}

function PostingSkeleton() {
  return (
    <Columns
      aside={
        <>
          <Skeleton shape="block" height="14rem" />
          <Skeleton shape="block" height="10rem" />
        </>
      }
    >
      <div className={styles.skeleton}>
        <Skeleton shape="block" height="30rem" />
      </div>
    </Columns>
  );
}
