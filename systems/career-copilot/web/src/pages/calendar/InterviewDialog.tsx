import {
  Banner,
  Button,
  ComboBox,
  DatePicker,
  Dialog,
  Select,
  Stack,
  showToast,
  TextField,
} from '@banyan/ui';
import { now } from '@internationalized/date';
import { useEffect, useRef } from 'react';
import { useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { ApiError, useErrorWords } from '../../api/index.ts';
import { FormDialog, FormField, putProblems, useApiForm, useDraft } from '../../forms/index.ts';
import styles from './Calendar.module.css';
import { conflictsWith, type Interview } from './entries.ts';
import {
  entryOf,
  freshEntry,
  type InterviewEntry,
  InterviewFields,
  interviewOf,
  LENGTHS,
  timesOf,
} from './interview-entry.ts';
import { ENDED, type useCalendar } from './use-calendar.ts';
import { useInterviews } from './use-interviews.ts';

type Given = {
  application: number | null;
  day: string;
  calendar: ReturnType<typeof useCalendar>;
  zone: string;
  onClose: () => void;
};

/** Plans an interview, or changes or cancels one. */
export function InterviewDialog({ of, ...given }: Given & { of: number | 'new' }) {
  const t = useTranslations('calendar.interview');
  const interview = given.calendar.entries.find((entry) => entry.interview?.id === of)?.interview;
  if (of === 'new' || interview) return <InterviewForm interview={interview ?? null} {...given} />;
  return (
    <Dialog title={t('change')} isOpen onOpenChange={given.onClose} closeLabel={t('close')} size="small">
      <p>{t('gone')}</p>
    </Dialog>
  );
}

function InterviewForm({
  interview,
  application,
  day,
  calendar,
  zone,
  onClose,
}: Given & { interview: Interview | null }) {
  const t = useTranslations('calendar.interview');
  const words = useErrorWords();
  const { create, change, cancel } = useInterviews(calendar.input);
  const form = useApiForm<typeof InterviewFields, InterviewEntry>(
    InterviewFields,
    interview ? entryOf(interview, zone) : freshEntry({ day, application, now: String(now(zone)) }),
  );
  const draft = useDraft(form, `interview-${interview?.id ?? 'new'}`, InterviewFields);
  const isPending = create.isPending || change.isPending;
  const applications = calendar.applications.filter(
    ({ id, status }) => id === interview?.application_id || !ENDED.has(status),
  );
  useTitleOfCompany(form, calendar.applications);

  const save = form.handleSubmit(async (entered) => {
    const body = interviewOf(entered, zone);
    try {
      if (interview) await change.mutateAsync({ params: { path: { id: interview.id } }, body });
      else await create.mutateAsync({ body });
      draft.done();
      showToast({ title: t(interview ? 'changed' : 'planned'), tone: 'good' });
      onClose();
    } catch (reason) {
      if (reason instanceof ApiError && putProblems(form, reason)) return;
      showToast({
        title: t(interview ? 'notChanged' : 'notPlanned'),
        description: words(reason).reason,
        tone: 'danger',
      });
    }
  });

  return (
    <FormDialog
      title={t(interview ? 'change' : 'plan')}
      form={form}
      draft={draft}
      onSubmit={save}
      submitLabel={t(interview ? 'save' : 'planIt')}
      pendingLabel={t('saving')}
      isPending={isPending}
      closeLabel={t('close')}
      onClose={onClose}
      actions={
        interview && (
          <Button
            icon="trash"
            onPress={() => {
              draft.done();
              onClose();
              void cancel(interview);
            }}
          >
            {t('cancel')}
          </Button>
        )
      }
      className={styles.form}
    >
      <div className={styles.whole}>
        <FormField form={form} name="application_id">
          {({ value, onChange, ...field }) => (
            <ComboBox
              {...field}
              label={t('application')}
              emptyText={t('applicationNone')}
              value={value === null ? null : String(value)}
              onChange={(id) => onChange(id === null ? null : Number(id))}
              options={applications.map(({ id, job_title, company_name }) => ({
                id: String(id),
                label: `${job_title} · ${company_name}`,
              }))}
            />
          )}
        </FormField>
      </div>
      <div className={styles.whole}>
        <FormField form={form} name="title">
          {(field) => <TextField label={t('titleField')} {...field} />}
        </FormField>
      </div>
      <FormField form={form} name="starts">
        {(field) => (
          <DatePicker
            label={t('starts')}
            granularity="minute"
            description={t('startsHint', { zone: zone.replaceAll('_', ' ') })}
            {...field}
          />
        )}
      </FormField>
      <FormField form={form} name="minutes">
        {({ value, onChange, ...field }) => (
          <Select
            {...field}
            label={t('length')}
            placeholder={t('lengthNone')}
            value={String(value)}
            onChange={(minutes) => onChange(Number(minutes))}
            options={[...new Set([...LENGTHS, value])]
              .sort((a, b) => a - b)
              .map((minutes) => ({ id: String(minutes), label: t('lengthOf', { minutes }) }))}
          />
        )}
      </FormField>
      <div className={styles.whole}>
        <FormField form={form} name="location">
          {(field) => <TextField label={t('location')} description={t('locationHint')} {...field} />}
        </FormField>
      </div>
      <div className={styles.whole}>
        <Conflicts form={form} calendar={calendar} zone={zone} except={interview?.id} />
      </div>
    </FormDialog>
  );
}

type Form = ReturnType<typeof useApiForm<typeof InterviewFields, InterviewEntry>>;

/** What else is then, before it is sent. */
function Conflicts({
  form,
  calendar,
  zone,
  except,
}: {
  form: Form;
  calendar: Given['calendar'];
  zone: string;
  except: number | undefined;
}) {
  const t = useTranslations('calendar.interview');
  const [starts, minutes] = useWatch({ control: form.control, name: ['starts', 'minutes'] });
  const times = timesOf({ starts, minutes }, zone);
  const conflicts = times ? conflictsWith(calendar.entries, { ...times, except }) : [];
  if (conflicts.length === 0) return null;
  return (
    <Banner tone="warning" title={t('conflict')}>
      <Stack gap={0}>
        {conflicts.map(({ key, title }) => (
          <span key={key}>{title}</span>
        ))}
      </Stack>
    </Banner>
  );
}

/** A title that nobody has entered says with whom it is. */
function useTitleOfCompany(form: Form, applications: Given['calendar']['applications']) {
  const t = useTranslations('calendar.interview');
  const chosen = useWatch({ control: form.control, name: 'application_id' });
  const made = useRef('');
  const company = applications.find(({ id }) => id === chosen)?.company_name;
  useEffect(() => {
    if (company === undefined || form.getValues('title') !== made.current) return;
    made.current = t('titleOf', { company });
    form.setValue('title', made.current);
  }, [company, form, t]);
}
