import { Board, type BoardMove, VisuallyHidden } from '@banyan/ui';
import { useCallback, useMemo } from 'react';
import { useTranslations } from 'use-intl';
import type { ApplicationState } from '../../../../api/tracking.ts';
import { useAgo } from '../../i18n/index.ts';
import styles from './Applications.module.css';
import { columnsOf } from './columns.ts';
import { DueBadge } from './DueBadge.tsx';
import { type ApplicationRow, namesOf } from './rows.ts';
import { isEnd, isState, STATES } from './states.ts';

type Move = (rows: readonly ApplicationRow[], state: ApplicationState) => void;

/** Applications by state. */
export function ApplicationsBoard({
  rows,
  isTracked,
  onMove,
}: {
  rows: readonly ApplicationRow[];
  isTracked: boolean;
  onMove: Move;
}) {
  const t = useTranslations('applications');
  const ago = useAgo();
  const columns = useMemo(() => {
    const states = STATES.filter((state) => isTracked || state !== 'ghosted');
    return columnsOf(rows, states, (state) => (isState(state) ? t(`states.${state}`) : state));
  }, [rows, isTracked, t]);
  const nameOf = useCallback((row: ApplicationRow) => t('nameAt', namesOf(row)), [t]);
  const render = useCallback(
    (row: ApplicationRow) => (
      <div className={styles.card}>
        <strong>{row.title}</strong>
        <span>{row.company}</span>
        {row.action && <DueBadge action={row.action} />}
        <small>{t('changed', { when: ago(row.changedAt) })}</small>
      </div>
    ),
    [t, ago],
  );
  const texts = useMemo(
    () => ({
      moveTo: t('moveTo'),
      drag: (name: string) => t('drag', { name }),
      moved: (count: number, state: string) => t('moved', { count, state }),
      selected: (count: number) => t('selected', { count }),
      clearSelection: t('clearSelection'),
      emptyColumn: t('emptyColumn'),
    }),
    [t],
  );
  const move = ({ cards, target }: BoardMove) => {
    const moved = new Set(cards);
    onMove(
      rows.filter(({ id }) => moved.has(id)),
      target.column as ApplicationState,
    );
    return !isEnd(target.column);
  };
  return (
    <>
      <VisuallyHidden>
        <h2>{t('byState')}</h2>
      </VisuallyHidden>
      <Board
        label={t('title')}
        columns={columns}
        textOf={nameOf}
        hrefOf={applicationPath}
        canMove={(row, to) => row.mayBecome.includes(to as ApplicationState)}
        onMove={move}
        render={render}
        texts={texts}
        height="max(28rem, calc(100dvh - 17rem))"
      />
    </>
  );
}

export function applicationPath({ id }: { id: string }): string {
  return `/applications/${id}`;
}
