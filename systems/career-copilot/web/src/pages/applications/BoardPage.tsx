import {
  Board,
  type BoardMove,
  Button,
  EmptyState,
  LinkButton,
  SearchField,
  Skeleton,
  showToast,
  VisuallyHidden,
} from '@banyan/ui';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { useTranslations } from 'use-intl';
import type { ApplicationStatus } from '../../../../api/applications.ts';
import { mayMove } from '../../../../api/transitions.ts';
import { useAllPages, useApiPages } from '../../api/index.ts';
import { useAgo } from '../../i18n/index.ts';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Applications.module.css';
import { type ApplicationCard, columnsOf } from './columns.ts';
import { LIST, LIST_INPUT } from './reads.ts';
import { useMove } from './use-move.ts';

const route = getRouteApi('/signed-in/applications');

export function BoardPage() {
  const t = useTranslations('applications');
  const { q = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useAllPages(useApiPages(LIST, LIST_INPUT, 'applications'));
  const columns = useMemo(
    () => columnsOf(list.rows, q, (status) => t(`states.${status}`)),
    [list.rows, q, t],
  );
  const search = (text: string) =>
    void navigate({ search: text === '' ? {} : { q: text }, replace: true, resetScroll: false });

  return (
    <Page
      title={t('title')}
      width="full"
      {...(list.data && { lead: t('lead', { count: list.rows.length }) })}
    >
      <Reading of={list} failed={t('failed')} skeleton={<Skeleton shape="block" height="40rem" />}>
        {() =>
          list.rows.length === 0 ? (
            <EmptyState
              icon="board"
              title={t('empty.title')}
              action={<LinkButton href="/jobs">{t('empty.action')}</LinkButton>}
            >
              {t('empty.text')}
            </EmptyState>
          ) : (
            <>
              <div className={styles.search}>
                <SearchField label={t('search')} clearLabel={t('clear')} value={q} onChange={search} />
              </div>
              {columns.some(({ cards }) => cards.length > 0) ? (
                <>
                  <VisuallyHidden>
                    <h2>{t('byState')}</h2>
                  </VisuallyHidden>
                  <States columns={columns} />
                </>
              ) : (
                <EmptyState
                  icon="search"
                  title={t('noMatch.title', { text: q })}
                  action={<Button onPress={() => search('')}>{t('noMatch.action')}</Button>}
                >
                  {t('noMatch.text')}
                </EmptyState>
              )}
            </>
          )
        }
      </Reading>
    </Page>
  );
}

function States({ columns }: { columns: ReturnType<typeof columnsOf> }) {
  const t = useTranslations('applications');
  const ago = useAgo();
  const move = useMove();
  const nameOf = useCallback(
    (card: ApplicationCard) => t('nameAt', { title: card.title, company: card.company }),
    [t],
  );
  const render = useCallback(
    (card: ApplicationCard) => (
      <div className={styles.card}>
        <strong>{card.title}</strong>
        <span>{card.company}</span>
        <small>{t('changed', { when: ago(card.changedAt) })}</small>
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
  const moveAll = ({ cards, target }: BoardMove) => {
    const all = new Map(columns.flatMap((column) => column.cards.map((card) => [card.id, card])));
    for (const id of cards)
      void move(Number(id), { status: target.column as ApplicationStatus }, (reason) =>
        showToast({
          title: t('notMoved', { name: nameOf(all.get(id)!) }),
          description: reason,
          tone: 'danger',
        }),
      );
  };
  return (
    <Board
      label={t('title')}
      columns={columns}
      textOf={nameOf}
      hrefOf={hrefOf}
      canMove={(card, to) => mayMove(card.status, to as ApplicationStatus)}
      onMove={moveAll}
      render={render}
      texts={texts}
    />
  );
}

function hrefOf({ id }: ApplicationCard): string {
  return `/applications/${id}`;
}
