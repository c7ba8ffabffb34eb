import { EmptyState, List, SelectionBar, Table, type TableColumn, useMedia } from '@banyan/ui';
import { useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { ApplicationState } from '../../../../api/tracking.ts';
import { useAgo, useFormats } from '../../i18n/index.ts';
import styles from './Applications.module.css';
import { applicationPath } from './ApplicationsBoard.tsx';
import { DueBadge } from './DueBadge.tsx';
import { type ApplicationRow, namesOf } from './rows.ts';
import { StateName } from './StateName.tsx';
import { type Sort, textOfSort } from './search.ts';
import { STATES } from './states.ts';

type Given = {
  rows: readonly ApplicationRow[];
  isTracked: boolean;
  sort: Sort;
  onSort: (sort: string) => void;
  onMove: (rows: readonly ApplicationRow[], state: ApplicationState) => void;
};

const HEIGHT = 'max(24rem, calc(100dvh - 17rem))';
const LINE = 44;

/** Applications below each other: a table, or where there is no room for one, what matters most of each. */
export function ApplicationsList(given: Given) {
  const isNarrow = useMedia('(max-width: 48rem)');
  return isNarrow ? <Lines {...given} /> : <Rows {...given} />;
}

function Rows({ rows, isTracked, sort, onSort, onMove }: Given) {
  const t = useTranslations('applications');
  const columns = useColumns(isTracked);
  const [selected, setSelected] = useState<'all' | Set<string | number>>(new Set());
  const chosen = rows.filter(({ id }) => selected === 'all' || selected.has(id));
  const targets = STATES.filter((state) => chosen.some(({ mayBecome }) => mayBecome.includes(state)));
  return (
    <div className={styles.table}>
      <Table
        label={t('title')}
        columns={columns}
        items={rows}
        idOf={({ id }) => id}
        hrefOf={applicationPath}
        sort={sort}
        onSort={(next) => onSort(textOfSort(next as Sort))}
        selected={selected}
        onSelect={setSelected}
        height={`min(${HEIGHT}, ${(rows.length + 1) * LINE + 2}px)`}
        rowHeight={LINE}
        empty={<EmptyState icon="list" title={t('empty.title')} />}
      />
      {chosen.length > 0 && (
        <SelectionBar
          text={t('selected', { count: chosen.length })}
          moveToLabel={t('moveTo')}
          clearLabel={t('clearSelection')}
          targets={targets.map((id) => ({ id, title: t(`states.${id}`) }))}
          onMoveTo={(state) => {
            const target = state as ApplicationState;
            onMove(
              chosen.filter(({ mayBecome }) => mayBecome.includes(target)),
              target,
            );
            setSelected(new Set());
          }}
          onClear={() => setSelected(new Set())}
        />
      )}
    </div>
  );
}

function useColumns(isTracked: boolean): TableColumn<ApplicationRow>[] {
  const t = useTranslations('applications');
  const ago = useAgo();
  const format = useFormats();
  return useMemo(() => {
    const sortable = { isSortable: true };
    return [
      { id: 'title', title: t('columns.title'), ...sortable, width: '3fr', render: ({ title }) => title },
      {
        id: 'company',
        title: t('columns.company'),
        ...sortable,
        width: '2fr',
        render: ({ company }) => company,
      },
      {
        id: 'state',
        title: t('columns.state'),
        ...sortable,
        width: 140,
        render: ({ state }) => <StateName state={state} />,
      },
      ...(isTracked
        ? ([
            {
              id: 'due',
              title: t('columns.due'),
              ...sortable,
              width: '2fr',
              render: ({ action }) => action && <DueBadge action={action} />,
            },
            {
              id: 'source',
              title: t('columns.source'),
              width: 140,
              render: ({ source }) => source && t(`sources.${source}`),
            },
          ] satisfies TableColumn<ApplicationRow>[])
        : []),
      {
        id: 'applied',
        title: t('columns.applied'),
        ...sortable,
        width: 130,
        render: ({ appliedAt }) => appliedAt && format.date(appliedAt),
      },
      {
        id: 'changed',
        title: t('columns.changed'),
        ...sortable,
        width: 140,
        render: ({ changedAt }) => ago(changedAt),
      },
    ];
  }, [t, ago, format, isTracked]);
}

function Lines({ rows }: Given) {
  const t = useTranslations('applications');
  const ago = useAgo();
  return (
    <List
      label={t('title')}
      items={rows}
      idOf={({ id }) => id}
      textOf={(row) => t('nameAt', namesOf(row))}
      hrefOf={applicationPath}
      height={HEIGHT}
      itemHeight={104}
      render={(row) => (
        <div className={styles.card}>
          <strong>{row.title}</strong>
          <span>{row.company}</span>
          {row.action && <DueBadge action={row.action} />}
          <span className={styles.line}>
            <StateName state={row.state} />
            <small>{t('changed', { when: ago(row.changedAt) })}</small>
          </span>
        </div>
      )}
    />
  );
}
