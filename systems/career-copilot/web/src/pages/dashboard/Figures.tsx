import { Card, Stat } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { type Answer, useApiQuery, useFeature } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import styles from './Dashboard.module.css';

const STATISTICS = 'GET /api/v2/applications/statistics';

/** The figures of a search. Where nothing has been sent there are no rates. */
export function Figures({ summary }: { summary: Answer<'GET /api/v1/analytics/summary'> }) {
  const t = useTranslations('dashboard.figures');
  const format = useFormats();
  const isThere = useFeature(STATISTICS) === 'there';
  const { data: statistics } = useApiQuery(STATISTICS, {}, { enabled: isThere });
  const sent = summary.total_applications - (summary.by_status.saved ?? 0);
  const rate = (share: number) => (sent === 0 ? '–' : format.percent(share));
  const days = statistics?.median_days_to_answer;
  return (
    <Card>
      <div className={styles.figures}>
        <Stat
          label={t('active')}
          value={format.number(summary.active_applications)}
          hint={t('ofAll', { count: summary.total_applications })}
        />
        <Stat
          label={t('responseRate')}
          value={rate(summary.response_rate)}
          hint={t('ofSent', { count: sent })}
        />
        <Stat label={t('offerRate')} value={rate(summary.offer_rate)} hint={t('ofSent', { count: sent })} />
        {typeof days === 'number' && (
          <Stat
            label={t('days')}
            value={t('daysOf', { days: Math.round(days * 10) / 10 })}
            hint={t('median')}
          />
        )}
      </div>
    </Card>
  );
}
