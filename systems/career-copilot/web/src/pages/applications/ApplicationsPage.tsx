import { Button, EmptyState, LinkButton, Skeleton } from '@banyan/ui';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useNow, useTranslations } from 'use-intl';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Applications.module.css';
import { ApplicationsBoard } from './ApplicationsBoard.tsx';
import { ApplicationsList } from './ApplicationsList.tsx';
import { Filters } from './Filters.tsx';
import { NewDialog } from './NewDialog.tsx';
import { matching, sorted } from './rows.ts';
import { type ApplicationsSearch, heeded, isNarrowed, sortOf } from './search.ts';
import { useApplications } from './use-applications.ts';
import { useMoves } from './use-moves.tsx';

const route = getRouteApi('/signed-in/applications');
const MINUTE_MS = 60_000;

/** All applications: on a board by state, or in a list that is sorted by what it shows. */
export function ApplicationsPage() {
  const t = useTranslations('applications');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const now = useNow({ updateInterval: MINUTE_MS }).getTime();
  const { rows, isTracked, reading } = useApplications();
  const shown = useMemo(
    () => sorted(matching(rows, heeded(search), now), sortOf(search)),
    [rows, search, now],
  );
  const { move, question } = useMoves(isTracked);
  // Each letter of a search is no step to go back to.
  const go = (next: ApplicationsSearch) => void navigate({ search: next, replace: true, resetScroll: false });
  const add = (isOpen: boolean) =>
    void navigate({
      search: ({ add: _, ...rest }) => (isOpen ? { ...rest, add: true } : rest),
      resetScroll: false,
    });

  return (
    <Page
      title={t('title')}
      width="full"
      {...(reading.data && { lead: t('lead', { count: rows.length }) })}
      actions={
        <>
          <Views />
          <Button variant="primary" icon="add" onPress={() => add(true)}>
            {t('new.button')}
          </Button>
        </>
      }
    >
      <Reading of={reading} failed={t('failed')} skeleton={<Skeleton shape="block" height="40rem" />}>
        {() =>
          rows.length === 0 ? (
            <EmptyState
              icon="board"
              title={t('empty.title')}
              action={<LinkButton href="/jobs">{t('empty.action')}</LinkButton>}
            >
              {t('empty.text')}
            </EmptyState>
          ) : (
            <>
              <Filters search={search} isTracked={isTracked} onChange={go} />
              {shown.length === 0 ? (
                <NoMatch search={heeded(search)} onAll={() => go(withoutFilters(search))} />
              ) : search.view === 'list' ? (
                <ApplicationsList
                  rows={shown}
                  isTracked={isTracked}
                  sort={sortOf(search)}
                  onSort={(sort) => go({ ...search, sort })}
                  onMove={move}
                />
              ) : (
                <ApplicationsBoard rows={shown} isTracked={isTracked} onMove={move} />
              )}
            </>
          )
        }
      </Reading>
      {question}
      {search.add && <NewDialog onClose={() => add(false)} />}
    </Page>
  );
}

function Views() {
  const t = useTranslations('applications.views');
  return (
    <nav aria-label={t('label')} className={styles.views}>
      {(['board', 'list'] as const).map((view) => (
        <Link
          key={view}
          from="/applications"
          to="/applications"
          search={({ view: _, ...rest }) => (view === 'list' ? { ...rest, view } : rest)}
          // Says so itself (aria-current).
          activeOptions={{ exact: true, includeSearch: true }}
        >
          {t(view)}
        </Link>
      ))}
    </nav>
  );
}

function NoMatch({ search, onAll }: { search: ApplicationsSearch; onAll: () => void }) {
  const t = useTranslations('applications.noMatch');
  const isTextOnly = isNarrowed({ ...search, q: undefined }) === false;
  return (
    <EmptyState
      icon="search"
      title={isTextOnly ? t('title', { text: search.q ?? '' }) : t('titleFiltered')}
      action={<Button onPress={onAll}>{t('action')}</Button>}
    >
      {t('text')}
    </EmptyState>
  );
}

function withoutFilters({ view, sort }: ApplicationsSearch): ApplicationsSearch {
  return { ...(view && { view }), ...(sort && { sort }) };
}
