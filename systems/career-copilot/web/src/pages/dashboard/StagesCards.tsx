import { BarChart, Card, Skeleton } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import type { SourceKind } from '../../../../api/sources.ts';
import { useApiQuery } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Dashboard.module.css';

type SourceName = SourceKind | 'unknown';

/** How long applications stay where they are, and which sources are answered. */
export function StagesCards() {
  const t = useTranslations('dashboard.stages');
  const format = useFormats();
  const statistics = useApiQuery('GET /api/v2/applications/statistics', {});
  const nameOf = (source: string) => t(`sources.${source as SourceName}`);
  return (
    <Reading of={statistics} failed={t('failed')} skeleton={<Skeleton shape="block" height="18rem" />}>
      {({ time_in_stage: all, by_source: sources }) => {
        const stages = all.filter(({ median_days: days }) => days !== null);
        return (
          <>
            <Card>
              {stages.length === 0 ? (
                <Nothing title={t('title')} text={t('none')} />
              ) : (
                <BarChart
                  title={t('title')}
                  level={2}
                  isHorizontal
                  height={200}
                  summary={stages
                    .map(({ stage, median_days: days }) =>
                      t('summary', { stage: t(`names.${stage}`), days: days! }),
                    )
                    .join(' ')}
                  tableLabel={t('table')}
                  chartLabel={t('chart')}
                  data={{
                    axisTitle: t('stage'),
                    places: stages.map(({ stage }) => t(`names.${stage}`)),
                    series: [
                      {
                        id: 'median',
                        title: t('median'),
                        values: stages.map(({ median_days: days }) => days),
                      },
                    ],
                    format: (days) => format.number(days),
                  }}
                />
              )}
            </Card>
            {sources.length > 0 && (
              <Card>
                <BarChart
                  title={t('bySource')}
                  level={2}
                  isHorizontal
                  height={200}
                  summary={sources
                    .map(({ source, sent, answered }) =>
                      t('sourceSummary', { source: nameOf(source), sent, answered }),
                    )
                    .join(' ')}
                  tableLabel={t('table')}
                  chartLabel={t('chart')}
                  data={{
                    axisTitle: t('source'),
                    places: sources.map(({ source }) => nameOf(source)),
                    series: [
                      { id: 'sent', title: t('sent'), values: sources.map(({ sent }) => sent) },
                      {
                        id: 'answered',
                        title: t('answered'),
                        values: sources.map(({ answered }) => answered),
                      },
                    ],
                    format: (count) => format.number(count),
                  }}
                />
              </Card>
            )}
          </>
        );
      }}
    </Reading>
  );
}

function Nothing({ title, text }: { title: string; text: string }) {
  return (
    <>
      <h2 className={styles.title}>{title}</h2>
      <p className={styles.about}>{text}</p>
    </>
  );
}
