import { Banner, Button, Drawer, EmptyState, LinkButton, Skeleton } from '@banyan/ui';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import { Reserved } from '../../shell/Reserved.tsx';
import { type Changes, filtersIn, type JobsSearch, withoutOrder } from './criteria.ts';
import { Filters } from './Filters.tsx';
import styles from './Jobs.module.css';
import { noteSearch } from './last-search.ts';
import { OrderSelect } from './OrderSelect.tsx';
import { Results } from './Results.tsx';
import { SaveSearchDialog } from './SaveSearchDialog.tsx';
import { SearchBar } from './SearchBar.tsx';
import { useResults } from './use-results.ts';

const route = getRouteApi('/signed-in/jobs');

export function SearchPage() {
  const t = useTranslations('jobs');
  const criteria = route.useSearch();
  const navigate = route.useNavigate();
  const results = useResults(criteria);
  const [isSaving, setSaving] = useState(false);
  const [isFiltering, setFiltering] = useState(false);
  const filters = filtersIn(criteria);
  useEffect(() => noteSearch(criteria), [criteria]);

  /** `undefined` takes it out of the address. Words are typed, which is one step back; each filter is one. */
  const change = (changes: Changes, { replace = false } = {}) =>
    void navigate({
      search: (now) => ({ ...now, ...changes }) as JobsSearch,
      replace,
      resetScroll: !replace,
    });
  const clear = () => void navigate({ search: {} });
  const filter = (
    <Filters criteria={criteria} facets={results.facets} service={results.service} onChange={change} />
  );

  return (
    <Page
      title={t('title')}
      {...(results.service !== 'missing' && {
        actions: (
          <Reserved feature={results.service}>
            {Object.keys(withoutOrder(criteria)).length > 0 && (
              <Button icon="bell" onPress={() => setSaving(true)}>
                {t('saved.save')}
              </Button>
            )}
            <LinkButton href="/jobs/saved" icon="bookmark">
              {t('saved.title')}
            </LinkButton>
          </Reserved>
        ),
      })}
    >
      <SearchBar criteria={criteria} onChange={change} />
      <div className={styles.search}>
        <aside className={styles.filters} aria-label={t('filters.title')}>
          {filter}
        </aside>
        <div className={styles.found}>
          <div className={styles.narrow}>
            <Button icon="filter" onPress={() => setFiltering(true)}>
              {t('filters.open', { count: filters })}
            </Button>
          </div>
          {results.isWithout && <Banner isLive={false}>{t('withoutService')}</Banner>}
          <Reserved feature={results.service}>
            <div className={styles.order}>
              <OrderSelect criteria={criteria} onChange={change} />
            </div>
          </Reserved>
          <Reading of={results} failed={t('failed')} skeleton={<ResultsSkeleton />}>
            {() =>
              results.jobs.length === 0 ? (
                <EmptyState
                  icon="search"
                  title={t(filters > 0 || criteria.q ? 'none.title' : 'none.noJobs')}
                  {...(filters > 0 || criteria.q
                    ? { action: <Button onPress={clear}>{t('none.action')}</Button> }
                    : {})}
                >
                  {t(filters > 0 ? 'none.filtered' : criteria.q ? 'none.words' : 'none.later')}
                </EmptyState>
              ) : (
                <Results criteria={criteria} results={results} />
              )
            }
          </Reading>
        </div>
      </div>
      {isSaving && <SaveSearchDialog criteria={criteria} onClose={() => setSaving(false)} />}
      <Drawer
        title={t('filters.title')}
        isOpen={isFiltering}
        onOpenChange={setFiltering}
        closeLabel={t('filters.close')}
        actions={
          <Button variant="primary" isWide onPress={() => setFiltering(false)}>
            {t('filters.show', { count: results.total })}
          </Button>
        }
      >
        {filter}
      </Drawer>
    </Page>
  );
}

function ResultsSkeleton() {
  return (
    <div className={styles.skeleton}>
      <Skeleton width="8rem" />
      {Array.from({ length: 6 }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else, and never move
        <Skeleton key={row} shape="block" height="8rem" />
      ))}
    </div>
  );
}
