import { BarChart, Card, Select, Skeleton } from '@banyan/ui';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useFormatter, useTimeZone, useTranslations } from 'use-intl';
import { useApiQuery } from '../../api/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import { lastWeeks, type Point, peakOf } from './activity.ts';
import styles from './Dashboard.module.css';
import { METRICS, type Metric } from './search.ts';

const route = getRouteApi('/signed-in/');
const DAYS = 30;
const WEEKS_MS = 11 * 7 * 24 * 3_600_000;

/** What happened when: of the monolith what was applied for by week, of the service what somebody wants to see. */
export function ActivityCard({ hasSeries }: { hasSeries: boolean }) {
  return hasSeries ? <Series /> : <Weeks />;
}

function Weeks() {
  const t = useTranslations('dashboard.activity');
  const weeks = useApiQuery('GET /api/v1/analytics/weekly', {});
  return (
    <Card>
      <Reading of={weeks} failed={t('failed')} skeleton={<Skeleton shape="block" height="18rem" />}>
        {(data) => (
          <Chart
            metric="applied"
            unit="week"
            points={lastWeeks(data.weeks, new Date().toISOString().slice(0, 10))}
          />
        )}
      </Reading>
    </Card>
  );
}

function Series() {
  const t = useTranslations('dashboard.activity');
  const zone = useTimeZone() ?? 'UTC';
  const { metric = 'applied', unit = 'week' } = route.useSearch();
  const navigate = route.useNavigate();
  // The same question until the page is opened again.
  const [now] = useState(() => Date.now());
  const from = new Date(unit === 'week' ? now - WEEKS_MS : now - (DAYS - 1) * 24 * 3_600_000).toISOString();
  const series = useApiQuery(
    'GET /api/v1/analytics/series',
    { params: { query: { metric, unit, zone, from } } },
    { placeholderData: (before) => before },
  );
  const show = (search: { metric?: Metric; unit?: 'day' | 'week' }) => {
    const next = { metric, unit, ...search };
    void navigate({
      search: {
        ...(next.metric !== 'applied' && { metric: next.metric }),
        ...(next.unit === 'day' && { unit: next.unit }),
      },
      replace: true,
      resetScroll: false,
    });
  };
  return (
    <Card>
      <Reading of={series} failed={t('failed')} skeleton={<Skeleton shape="block" height="22rem" />}>
        {({ points }) => (
          <Chart
            metric={metric}
            unit={unit}
            points={points}
            controls={
              <div className={styles.controls}>
                <Select
                  label={t('metric')}
                  placeholder={t('metric')}
                  value={metric}
                  options={METRICS.map((id) => ({ id, label: t(`metrics.${id}`) }))}
                  onChange={(id) => show({ metric: id as Metric })}
                />
                <Select
                  label={t('unit')}
                  placeholder={t('unit')}
                  value={unit}
                  options={(['week', 'day'] as const).map((id) => ({ id, label: t(`units.${id}`) }))}
                  onChange={(id) => show({ unit: id as 'day' | 'week' })}
                />
              </div>
            }
          />
        )}
      </Reading>
    </Card>
  );
}

function Chart({
  metric,
  unit,
  points,
  controls,
}: {
  metric: Metric;
  unit: 'day' | 'week';
  points: readonly Point[];
  controls?: React.ReactNode;
}) {
  const t = useTranslations('dashboard.activity');
  const intl = useFormatter();
  const day = (period: string) =>
    intl.dateTime(new Date(period), { month: 'short', day: 'numeric', timeZone: 'UTC' });
  const peak = peakOf(points);
  return (
    <BarChart
      title={t('title')}
      level={2}
      summary={
        peak === null
          ? t('nothing')
          : t(unit === 'week' ? 'summary.week' : 'summary.day', {
              total: peak.total,
              most: peak.most,
              period: day(peak.period),
            })
      }
      tableLabel={t('table')}
      chartLabel={t('chart')}
      data={{
        axisTitle: t(`axis.${unit}`),
        places: points.map(({ period }) => day(period)),
        series: [{ id: metric, title: t(`metrics.${metric}`), values: points.map(({ count }) => count) }],
        format: (value) => intl.number(value),
      }}
      {...(controls !== undefined && { controls })}
    />
  );
}
