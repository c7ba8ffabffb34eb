import { Card, EmptyState, IconButton, LinkButton, Skeleton, Stack, Switch, showToast } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useErrorWords, useFeature } from '../../api/index.ts';
import { useAgo } from '../../i18n/index.ts';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import { addressOf } from './criteria.ts';
import styles from './Jobs.module.css';
import { lastSearch } from './last-search.ts';
import { SaveSearchDialog } from './SaveSearchDialog.tsx';
import { useCriteriaWords } from './use-criteria-words.ts';
import { type SavedSearch, useChangeSearches, useSavedSearches } from './use-saved-searches.ts';

/** Searches that go on finding, and tell. */
export function SavedSearchesPage() {
  const t = useTranslations('jobs');
  const service = useFeature('GET /api/v1/jobs/saved-searches');
  const saved = useSavedSearches(service === 'there');
  return (
    <Page
      title={t('saved.title')}
      parent={{ title: t('title'), href: lastSearch() }}
      lead={t('saved.lead')}
      width="narrow"
    >
      {service === 'missing' ? (
        <EmptyState
          icon="bookmark"
          title={t('saved.notYet')}
          action={<LinkButton href="/jobs">{t('saved.look')}</LinkButton>}
        >
          {t('saved.notYetText')}
        </EmptyState>
      ) : (
        <Reading
          of={saved}
          failed={t('saved.failed')}
          skeleton={
            <Stack gap={4}>
              <Skeleton shape="block" height="9rem" />
              <Skeleton shape="block" height="9rem" />
            </Stack>
          }
        >
          {({ searches }) =>
            searches.length === 0 ? (
              <EmptyState
                icon="bookmark"
                title={t('saved.none')}
                action={<LinkButton href="/jobs">{t('saved.look')}</LinkButton>}
              >
                {t('saved.noneText')}
              </EmptyState>
            ) : (
              <Stack gap={4}>
                {searches.map((search) => (
                  <SearchCard key={search.id} search={search} />
                ))}
              </Stack>
            )
          }
        </Reading>
      )}
    </Page>
  );
}

function SearchCard({ search }: { search: SavedSearch }) {
  const t = useTranslations('jobs.saved');
  const ago = useAgo();
  const words = useErrorWords();
  const criteriaWords = useCriteriaWords();
  const { change, remove, restore } = useChangeSearches();
  const [isChanging, setChanging] = useState(false);
  const { id, name, criteria, frequency, active, found, told_at } = search;
  const failed = (reason: unknown) =>
    showToast({ title: t('notChanged', { name }), description: words(reason).reason, tone: 'danger' });
  const removeWithUndo = async () => {
    try {
      await remove(id);
      showToast({
        title: t('removed', { name }),
        action: { label: t('undo'), onAction: () => void restore(search).catch(failed) },
      });
    } catch (reason) {
      failed(reason);
    }
  };
  return (
    <Card
      title={name}
      description={criteriaWords(criteria)}
      actions={
        <>
          <IconButton icon="edit" label={t('changeNamed', { name })} onPress={() => setChanging(true)} />
          <IconButton icon="trash" label={t('removeNamed', { name })} onPress={() => void removeWithUndo()} />
        </>
      }
      footer={
        <LinkButton href={addressOf(criteria)} size="small" icon="search">
          {t('show')}
        </LinkButton>
      }
    >
      <div className={styles.saved}>
        <Switch isSelected={active} onChange={(isOn) => void change(id, { active: isOn }).catch(failed)}>
          {t('tell', { how: t(`frequencies.${frequency}`) })}
        </Switch>
        <p className={styles.savedFound}>
          {t('found', { count: found })}
          {told_at !== null && ` · ${t('told', { when: ago(told_at) })}`}
        </p>
      </div>
      {isChanging && (
        <SaveSearchDialog criteria={criteria} search={search} onClose={() => setChanging(false)} />
      )}
    </Card>
  );
}
