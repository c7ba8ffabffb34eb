import { Card, Link } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { addressOf } from './criteria.ts';
import styles from './Posting.module.css';
import type { Posting } from './use-posting.ts';
import { useSimilar } from './use-results.ts';
import { useSalary } from './use-salary.ts';

/** Other open jobs by the words of its title. Where there are none, or they cannot be read, nothing is said. */
export function SimilarJobs({ job }: { job: Posting }) {
  const t = useTranslations('jobs.similar');
  const salary = useSalary();
  const jobs = useSimilar(job);
  if (jobs.length === 0) return null;
  return (
    <Card title={t('title')} footer={<Link href={addressOf({ q: job.title })}>{t('all')}</Link>}>
      <ul className={styles.similar}>
        {jobs.map((one) => (
          <li key={one.id}>
            <Link href={`/jobs/${one.id}`}>{one.title}</Link>
            <p>{[one.company.name, one.location, salary(one)].filter(Boolean).join(' · ')}</p>
          </li>
        ))}
      </ul>
    </Card>
  );
}
