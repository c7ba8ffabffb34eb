import { Banner, Button, Dialog, RadioGroup, Stack, showToast, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Frequency } from '../../../../api/saved-searches.ts';
import { useErrorWords } from '../../api/index.ts';
import { type JobsSearch, jobsSearch, withoutOrder } from './criteria.ts';
import { SearchFields } from './SearchFields.tsx';
import { useCriteriaWords } from './use-criteria-words.ts';
import { type SavedSearch, useChangeSearches } from './use-saved-searches.ts';

const FREQUENCIES = ['instant', 'daily', 'weekly'] as const;
const LONGEST_NAME = 100;

/** Saves the present search, or changes a saved one: what it looks for, its name and how often it tells. */
export function SaveSearchDialog({
  criteria,
  search,
  onClose,
}: {
  criteria: JobsSearch;
  search?: SavedSearch;
  onClose: () => void;
}) {
  const t = useTranslations('jobs.saved');
  const words = useErrorWords();
  const said = useCriteriaWords()(criteria);
  const { create, change, isSaving } = useChangeSearches();
  const [name, setName] = useState(search?.name ?? said.slice(0, LONGEST_NAME));
  const [frequency, setFrequency] = useState<Frequency>(search?.frequency ?? 'daily');
  const [failed, setFailed] = useState<unknown>(null);
  const [wanted, setWanted] = useState(criteria);
  const isEmpty = name.trim() === '';
  const save = async () => {
    if (isEmpty) return;
    setFailed(null);
    try {
      const body = { name: name.trim(), frequency };
      if (search)
        await change(search.id, { ...body, ...(wanted !== criteria && { criteria: jobsSearch(wanted) }) });
      else await create({ body: { ...body, criteria: withoutOrder(criteria) } });
      onClose();
      showToast({ title: t(search ? 'changed' : 'created', { name: body.name }), tone: 'good' });
    } catch (reason) {
      setFailed(reason);
    }
  };
  return (
    <Dialog
      title={t(search ? 'change' : 'save')}
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      closeLabel={t('close')}
      isDismissable={false}
      actions={
        <>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button
            variant="primary"
            type="submit"
            form="save-search"
            isPending={isSaving}
            pendingLabel={t('saving')}
          >
            {t('done')}
          </Button>
        </>
      }
    >
      <form
        id="save-search"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Stack gap={4}>
          {!search && <p>{said}</p>}
          {failed !== null && (
            <Banner tone="danger" title={t('notSaved')}>
              {words(failed).reason}
            </Banner>
          )}
          <TextField
            label={t('name')}
            value={name}
            onChange={(text) => setName(text.slice(0, LONGEST_NAME))}
            error={isEmpty ? t('nameNeeded') : undefined}
            isRequired
          />
          {search && (
            <SearchFields
              criteria={wanted}
              onChange={(changes) => setWanted((now) => ({ ...now, ...changes }) as JobsSearch)}
            />
          )}
          <RadioGroup
            label={t('frequency')}
            value={frequency}
            onChange={(id) => setFrequency(id as Frequency)}
            options={FREQUENCIES.map((id) => ({ id, label: t(`frequencies.${id}`) }))}
          />
        </Stack>
      </form>
    </Dialog>
  );
}
