import { Badge, Button, Card, IconButton, Skeleton, showToast } from '@banyan/ui';
import { useTimeZone, useTranslations } from 'use-intl';
import { type Answer, api, useApiMutation, useApiQuery, useErrorWords } from '../../api/index.ts';
import { saveFile } from '../../api/save-file.ts';
import { useFormats } from '../../i18n/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Dashboard.module.css';

const REPORTS = 'GET /api/v1/analytics/reports';
type Report = Answer<typeof REPORTS>[number];

/** The latest ones; older ones are not asked for again. */
const SHOWN = 3;
const LOOK_MS = 2_000;
/** One of many applications. */
const DOWNLOAD_MS = 60_000;

/** The search as a file to keep: ordered, made in the background, taken when it is done. */
export function ReportsCard() {
  const t = useTranslations('dashboard.reports');
  const zone = useTimeZone() ?? 'UTC';
  const words = useErrorWords();
  const reports = useApiQuery(
    REPORTS,
    {},
    { refetchInterval: ({ state }) => (state.data?.some(isMade) ? LOOK_MS : false) },
  );
  const order = useApiMutation('POST /api/v1/analytics/reports', {
    onError: (reason) =>
      showToast({ title: t('notOrdered'), description: words(reason).reason, tone: 'danger' }),
  });
  return (
    <Card title={t('title')} description={t('text')}>
      <div className={styles.controls}>
        {(['pdf', 'csv'] as const).map((format) => (
          <Button
            key={format}
            icon="document"
            isPending={order.isPending && order.variables.body.format === format}
            pendingLabel={t('ordering')}
            onPress={() => order.mutate({ body: { format, zone } })}
          >
            {t(`order.${format}`)}
          </Button>
        ))}
      </div>
      <Reading of={reports} failed={t('failed')} skeleton={<Skeleton shape="block" height="4rem" />}>
        {(all) =>
          all.length === 0 ? null : (
            <ul className={styles.list}>
              {all
                .toSorted((a, b) => b.id - a.id)
                .slice(0, SHOWN)
                .map((report) => (
                  <ReportRow key={report.id} report={report} />
                ))}
            </ul>
          )
        }
      </Reading>
    </Card>
  );
}

function ReportRow({ report }: { report: Report }) {
  const { id, format, state, created_at: createdAt } = report;
  const t = useTranslations('dashboard.reports');
  const formats = useFormats();
  const words = useErrorWords();
  const name = t('name', { format: format.toUpperCase(), at: formats.dateTime(createdAt) });
  const take = async () => {
    try {
      const path = { params: { path: { id } } };
      const file = await api.download('GET /api/v1/analytics/reports/{id}/file', path, {
        timeoutMs: DOWNLOAD_MS,
      });
      saveFile(file, `job-search-${id}.${format}`);
    } catch (reason) {
      showToast({ title: t('notTaken'), description: words(reason).reason, tone: 'danger' });
    }
  };
  return (
    <li className={styles.report}>
      <span>{name}</span>
      {state === 'done' ? (
        <IconButton icon="download" label={t('take', { name })} onPress={() => void take()} />
      ) : (
        <Badge tone={state === 'failed' ? 'danger' : 'neutral'}>
          {t(state === 'failed' ? 'states.failed' : 'states.made')}
        </Badge>
      )}
    </li>
  );
}

function isMade({ state }: Report): boolean {
  return state === 'waiting' || state === 'running';
}
