import { ConfirmDialog, showToast } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { ApplicationState } from '../../../../api/tracking.ts';
import { type ApplicationRow, namesOf } from './rows.ts';
import { isEnd } from './states.ts';
import { useMove } from './use-move.ts';

type Wanted = { rows: readonly ApplicationRow[]; state: ApplicationState };

/** Moves many applications together; asks before they go where there is no way back from. `question`: to be rendered. */
export function useMoves(isTracked: boolean) {
  const t = useTranslations('applications');
  const move = useMove(isTracked);
  const [asked, setAsked] = useState<Wanted | null>(null);

  const moveAll = async ({ rows, state }: Wanted) => {
    const reasons = await Promise.all(rows.map(({ id }) => move(Number(id), state)));
    const refused = rows.filter((_, n) => reasons[n] !== null);
    if (refused.length === 0) return;
    const [first] = refused;
    showToast({
      title:
        refused.length === 1
          ? t('notMoved', { name: t('nameAt', namesOf(first!)) })
          : t('notMovedSome', { count: refused.length, all: rows.length }),
      description: reasons.find((reason) => reason !== null)!,
      tone: 'danger',
      action: { label: t('again'), onAction: () => void moveAll({ rows: refused, state }) },
    });
  };

  const question = asked && (
    <ConfirmDialog
      title={t('end.title', { count: asked.rows.length, state: t(`states.${asked.state}`) })}
      confirmLabel={t('end.confirm')}
      cancelLabel={t('end.cancel')}
      isOpen
      onOpenChange={() => setAsked(null)}
      onConfirm={() => {
        setAsked(null);
        void moveAll(asked);
      }}
    >
      {t('move.end')}
    </ConfirmDialog>
  );
  return {
    move: (rows: readonly ApplicationRow[], state: ApplicationState) => {
      if (isEnd(state)) setAsked({ rows, state });
      else void moveAll({ rows, state });
    },
    question,
  };
}
