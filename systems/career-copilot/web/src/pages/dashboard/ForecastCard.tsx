import { Card, Disclosure, Link, Meter, Skeleton } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { type Answer, useApiPages, useApiQuery } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Dashboard.module.css';

const FORECAST = 'GET /api/v1/analytics/forecast';
type Chance = Answer<typeof FORECAST>['applications'][number];

/** Applications that are told at once, those that an answer is the likeliest for first. */
const SHOWN = 5;

/** How likely applications that wait are answered, and how sure that is. */
export function ForecastCard() {
  const t = useTranslations('dashboard.forecast');
  const format = useFormats();
  const forecast = useApiQuery(FORECAST, {});
  return (
    <Card title={t('title')} description={t('text')}>
      <Reading of={forecast} failed={t('failed')} skeleton={<Skeleton shape="block" height="14rem" />}>
        {({ refused, base_rate: baseRate, applications }) => (
          <>
            {refused !== null ? (
              <p className={styles.about}>{t('refused')}</p>
            ) : applications.length === 0 ? (
              <p className={styles.about}>{t('none')}</p>
            ) : (
              <Chances all={applications} />
            )}
            {baseRate !== null && (
              <p className={styles.about}>{t('baseRate', { share: format.percent(baseRate) })}</p>
            )}
            <Disclosure title={t('how.title')}>
              <p className={styles.about}>{t('how.text')}</p>
            </Disclosure>
          </>
        )}
      </Reading>
    </Card>
  );
}

function Chances({ all }: { all: readonly Chance[] }) {
  const t = useTranslations('dashboard.forecast');
  const format = useFormats();
  const { rows } = useApiPages(
    'GET /api/v1/applications',
    { params: { query: { limit: 100 } } },
    'applications',
  );
  const names = new Map(rows.map(({ id, job_title, company_name }) => [id, { job_title, company_name }]));
  return (
    <ul className={styles.list}>
      {all
        .toSorted((a, b) => b.chance - a.chance)
        .slice(0, SHOWN)
        .map(({ application_id: id, chance, interval }) => {
          const name = names.get(id);
          const title = name?.job_title ?? t('application', { id: String(id) });
          return (
            <li key={id} className={styles.what}>
              <Link href={`/applications/${id}`} isPlain>
                {name?.company_name ? t('nameAt', { title, company: name.company_name }) : title}
              </Link>
              <Meter
                label={t('chance')}
                value={chance * 100}
                valueLabel={
                  interval
                    ? t('between', {
                        chance: format.percent(chance),
                        low: format.percent(interval.low),
                        high: format.percent(interval.high),
                      })
                    : format.percent(chance)
                }
              />
              <span className={styles.about}>
                {interval ? t('like', { count: interval.like }) : t('unsure')}
              </span>
            </li>
          );
        })}
    </ul>
  );
}
