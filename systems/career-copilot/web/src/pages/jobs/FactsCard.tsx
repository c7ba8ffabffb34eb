import { Card, Link } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useFormats } from '../../i18n/index.ts';
import styles from './Posting.module.css';
import { type Offer, type Openness, shownOffer } from './posting.ts';
import type { Posting } from './use-posting.ts';
import { useOfferedSalary, useSalary } from './use-salary.ts';
import { useTypeWords } from './use-type-words.ts';

/** What a job is in short, and where it is offered. */
export function FactsCard({
  job,
  offers,
  openness,
}: {
  job: Posting;
  offers: readonly Offer[];
  openness: Openness | undefined;
}) {
  const t = useTranslations('jobs.facts');
  const { date } = useFormats();
  const typeWords = useTypeWords();
  const ofJob = useSalary()(job);
  const salary = useOfferedSalary()(shownOffer(offers)?.salary ?? null) ?? ofJob;
  const until = openness?.state === 'open' ? openness.until : null;
  const facts = [
    [t('salary'), salary ?? t('notSaid')],
    [t('type'), typeWords(job.job_type)],
    [
      t('place'),
      job.remote ? [job.location, t('remote')].filter(Boolean).join(' · ') : (job.location ?? t('notSaid')),
    ],
    [t('posted'), date(job.posted_at)],
    [t('until'), until && date(until)],
  ] as const;
  return (
    <Card title={t('title')}>
      <dl className={styles.facts}>
        {facts.map(
          ([label, value]) =>
            value && (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {offers.length > 0 && (
        <ul className={styles.sources}>
          {offers
            .filter(({ gone_at }) => gone_at === null)
            .map(({ source, url }) => (
              <li key={url}>
                <Link href={url} externalLabel={t('newTab')}>
                  {t('source', { source })}
                </Link>
              </li>
            ))}
        </ul>
      )}
    </Card>
  );
}
