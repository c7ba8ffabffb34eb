import { Card, Link, Skeleton, SkeletonGroup } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useApiQuery } from '../../api/index.ts';
import { addressOf } from './criteria.ts';
import styles from './Posting.module.css';

/** Who offers a job. Of what cannot be read nothing is said: the job itself is there. */
export function CompanyCard({ id }: { id: number }) {
  const t = useTranslations('jobs.company');
  const company = useApiQuery('GET /api/v1/companies/{id}', { params: { path: { id } } });
  if (company.error) return null;
  if (!company.data)
    return (
      <Card title={t('title')}>
        <SkeletonGroup label={t('title')}>
          <Skeleton lines={4} />
        </SkeletonGroup>
      </Card>
    );
  const { name, industry, website, location, size, open_jobs } = company.data;
  const facts = [
    [t('industry'), industry],
    [t('location'), location],
    [t('size'), size && t('people', { size })],
  ] as const;
  return (
    <Card title={name}>
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
      <p className={styles.links}>
        {isWeb(website) && (
          <Link href={website} externalLabel={t('newTab')}>
            {t('website')}
          </Link>
        )}
        {open_jobs > 1 && (
          <Link href={addressOf({ company_id: id })}>{t('openJobs', { count: open_jobs })}</Link>
        )}
      </p>
    </Card>
  );
}

/** Addresses are strangers’: nothing but the web is linked to. */
function isWeb(address: string | null): address is string {
  return address !== null && /^https?:\/\//i.test(address);
}
