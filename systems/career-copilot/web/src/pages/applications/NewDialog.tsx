import { ComboBox, RadioGroup, showToast, TextArea } from '@banyan/ui';
import { useDeferredValue, useState } from 'react';
import { useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { NewApplication } from '../../../../api/applications.ts';
import { ApiError, useApiQuery, useErrorWords } from '../../api/index.ts';
import { FormDialog, FormField, putProblems, useApiForm, useDraft } from '../../forms/index.ts';
import { useApply } from '../jobs/use-apply.ts';
import styles from './Application.module.css';

type Entry = { job_id: number | null; status: 'saved' | 'applied'; cover_letter: string };

/** Adds an application by hand: for a job that is looked for by its words. */
export function NewDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations('applications.new');
  const words = useErrorWords();
  const { apply, isPending } = useApply();
  const form = useApiForm<typeof NewApplication, Entry>(NewApplication, {
    job_id: null,
    status: 'applied',
    cover_letter: '',
  });
  const draft = useDraft(form, 'new-application', NewApplication);
  const [job, status] = useWatch({ control: form.control, name: ['job_id', 'status'] });
  const { options, text, setText, isLooking } = useJobs(job);
  const save = form.handleSubmit(async ({ cover_letter: letter, ...body }) => {
    const sent = { ...body, ...(status === 'applied' && letter && { cover_letter: letter }) };
    try {
      const became = await apply(sent, draft.idempotencyKeyFor(sent));
      draft.done();
      showToast({ title: t(became === 'done' ? 'added' : 'underWay'), tone: 'good' });
      onClose();
    } catch (reason) {
      if (reason instanceof ApiError && putProblems(form, reason, OF_JOB)) return;
      showToast({ title: t('failed'), description: words(reason).reason, tone: 'danger' });
    }
  });
  return (
    <FormDialog
      title={t('title')}
      form={form}
      draft={draft}
      onSubmit={save}
      submitLabel={t('add')}
      pendingLabel={t('saving')}
      isPending={isPending}
      closeLabel={t('close')}
      onClose={onClose}
      className={styles.fields}
    >
      <div className={styles.whole}>
        <FormField form={form} name="job_id">
          {({ value, onChange, ...field }) => (
            <ComboBox
              {...field}
              label={t('job')}
              description={t('jobHint')}
              emptyText={t(isLooking ? 'looking' : 'noJob')}
              isLoading={isLooking}
              loadingLabel={t('looking')}
              options={options}
              inputValue={text}
              onInputChange={setText}
              value={value === null ? null : String(value)}
              onChange={(id) => onChange(id === null ? null : Number(id))}
            />
          )}
        </FormField>
      </div>
      <div className={styles.whole}>
        <FormField form={form} name="status">
          {({ onChange, ...field }) => (
            <RadioGroup
              {...field}
              label={t('state')}
              orientation="horizontal"
              onChange={(chosen) => onChange(chosen as Entry['status'])}
              options={(['applied', 'saved'] as const).map((id) => ({ id, label: t(`states.${id}`) }))}
            />
          )}
        </FormField>
      </div>
      {status === 'applied' && (
        <div className={styles.whole}>
          <FormField form={form} name="cover_letter">
            {(field) => <TextArea label={t('letter')} rows={5} {...field} />}
          </FormField>
        </div>
      )}
    </FormDialog>
  );
}

const OF_JOB = { ALREADY_APPLIED: 'job_id', JOB_NOT_FOUND: 'job_id', JOB_NOT_OPEN: 'job_id' } as const;
const MOST = 20;

/** Jobs by what is typed, and the one that was chosen before (a draft). */
function useJobs(chosen: number | null) {
  const [text, setText] = useState<string | null>(null);
  const before = useApiQuery(
    'GET /api/v1/jobs/{id}',
    { params: { path: { id: chosen ?? 0 } } },
    { enabled: chosen !== null && text === null },
  );
  const sought = useDeferredValue(text ?? '').trim();
  const found = useApiQuery(
    'GET /api/v1/jobs',
    { params: { query: { limit: MOST, ...(sought !== '' && { q: sought }) } } },
    { placeholderData: (last) => last },
  );
  const nameOf = ({ title, company }: { title: string; company: { name: string } }) =>
    `${title} · ${company.name}`;
  const jobs = [...(found.data?.jobs ?? []), ...(before.data ? [before.data] : [])];
  return {
    options: [...new Map(jobs.map((job) => [job.id, { id: String(job.id), label: nameOf(job) }])).values()],
    text: text ?? (before.data ? nameOf(before.data) : ''),
    setText,
    isLooking: found.isFetching,
  };
}
