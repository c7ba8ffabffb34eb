import { Button, Card, Dialog, IconButton, Link, Select, Stack, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { SOURCES } from '../../../../api/sources.ts';
import { Source } from '../../../../api/tracking.ts';
import { type Answer, ApiError } from '../../api/index.ts';
import { FormField, putProblems, useApiForm } from '../../forms/index.ts';
import { useFormats } from '../../i18n/index.ts';
import styles from './Application.module.css';
import type { ONE } from './reads.ts';
import type { Tracked } from './use-application.ts';
import { useTracked } from './use-tracked.ts';

/** When and by which way somebody applied. */
export function Facts({
  application: { applied_at, created_at },
  tracked,
}: {
  application: Answer<typeof ONE>;
  tracked: Tracked | null;
}) {
  const t = useTranslations('applications.one.facts');
  const format = useFormats();
  return (
    <Card title={t('title')}>
      <dl className={styles.facts}>
        <dt>{t('saved')}</dt>
        <dd>{format.date(created_at)}</dd>
        <dt>{t('applied')}</dt>
        <dd>{applied_at ? format.date(applied_at) : t('notYet')}</dd>
        {tracked && <SourceFact tracked={tracked} />}
      </dl>
      {tracked && (
        <p className={styles.further}>
          <Link href="/">{t('statistics')}</Link>
        </p>
      )}
    </Card>
  );
}

function SourceFact({ tracked: { id, source } }: { tracked: Tracked }) {
  const t = useTranslations('applications');
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <dt>{t('one.source.label')}</dt>
      <dd className={styles.source}>
        <span>
          {source === null
            ? t('one.source.unknown')
            : [t(`sources.${source.kind}`), source.detail].filter(Boolean).join(' · ')}
        </span>
        <IconButton icon="edit" size="small" label={t('one.source.change')} onPress={() => setOpen(true)} />
        {isOpen && <SourceDialog id={id} source={source} onClose={() => setOpen(false)} />}
      </dd>
    </>
  );
}

function SourceDialog({
  id,
  source,
  onClose,
}: {
  id: number;
  source: Tracked['source'];
  onClose: () => void;
}) {
  const t = useTranslations('applications');
  const { setSource, isSaving } = useTracked(id);
  const form = useApiForm(Source, { kind: source?.kind ?? 'job_board', detail: source?.detail ?? '' });
  const save = form.handleSubmit(async (entered) => {
    try {
      await setSource(entered);
      onClose();
    } catch (reason) {
      // What is wrong with a field is told there, all else was told when it was taken back.
      if (reason instanceof ApiError) putProblems(form, reason);
    }
  });
  return (
    <Dialog
      title={t('one.source.change')}
      isOpen
      onOpenChange={onClose}
      closeLabel={t('one.source.close')}
      size="small"
      actions={
        <Button
          variant="primary"
          type="submit"
          form={form.id}
          isPending={isSaving}
          pendingLabel={t('one.source.saving')}
        >
          {t('one.source.save')}
        </Button>
      }
    >
      <form id={form.id} onSubmit={save} noValidate>
        <Stack gap={4}>
          <FormField form={form} name="kind">
            {(field) => (
              <Select
                label={t('one.source.label')}
                placeholder={t('one.source.unknown')}
                options={SOURCES.map((kind) => ({ id: kind, label: t(`sources.${kind}`) }))}
                {...field}
                onChange={(kind) => field.onChange(kind as (typeof SOURCES)[number])}
              />
            )}
          </FormField>
          <FormField form={form} name="detail">
            {({ value, ...field }) => (
              <TextField
                label={t('one.source.detail')}
                description={t('one.source.detailHint')}
                value={value ?? ''}
                {...field}
              />
            )}
          </FormField>
        </Stack>
      </form>
    </Dialog>
  );
}
