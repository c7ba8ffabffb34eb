import { Button, Card, ComboBox, Select, Stack, Switch, showToast, TimeField } from '@banyan/ui';
import { useEffect, useMemo, useRef } from 'react';
import { useFormState, useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import type { Preferences } from '../../../../../api/notifications.ts';
import { ApiError } from '../../../api/index.ts';
import { DraftNotice, FormField, putProblems, useApiForm, useDraft } from '../../../forms/index.ts';
import { LANGUAGES, type Language } from '../../../i18n/index.ts';
import settings from '../Settings.module.css';
import styles from './Notifications.module.css';
import { changeOf, isNoTime, type TimesEntry, TimesFields, timesOf, zoneLabel, zonesWith } from './times.ts';
import { useChange } from './use-preferences.ts';

/** All of them have something from the start: there is nothing to be told of what must be entered. */
const NOT_MARKED = { isRequired: false };
type Form = ReturnType<typeof useApiForm<typeof TimesFields, TimesEntry>>;

/** When nothing goes out, by which clock, and in which language. */
export function TimesCard({ preferences }: { preferences: Preferences }) {
  const t = useTranslations('notificationSettings.times');
  const { form, draft, save, isPending } = useTimes(preferences);
  return (
    <Card title={t('title')} description={t('text')}>
      <Stack gap={4}>
        <DraftNotice draft={draft} />
        <form className={styles.times} onSubmit={save} noValidate>
          <QuietHours form={form} />
          <div className={settings.form}>
            <Zone form={form} />
            <Words form={form} />
          </div>
          <div>
            <Button type="submit" variant="primary" isPending={isPending} pendingLabel={t('saving')}>
              {t('save')}
            </Button>
          </div>
        </form>
      </Stack>
    </Card>
  );
}

function QuietHours({ form }: { form: Form }) {
  const t = useTranslations('notificationSettings.times');
  const isQuiet = useWatch({ control: form.control, name: 'isQuiet' });
  return (
    <Stack gap={3}>
      <FormField form={form} name="isQuiet">
        {({ value, onChange, name }) => (
          <Switch name={name} isSelected={value} onChange={onChange} description={t('quietText')}>
            {t('quiet')}
          </Switch>
        )}
      </FormField>
      {isQuiet && (
        <div className={styles.pair}>
          <FormField form={form} name="from">
            {(field) => <TimeField {...field} {...NOT_MARKED} label={t('from')} />}
          </FormField>
          <FormField form={form} name="to">
            {(field) => <TimeField {...field} {...NOT_MARKED} label={t('to')} />}
          </FormField>
        </div>
      )}
    </Stack>
  );
}

function Zone({ form }: { form: Form }) {
  const t = useTranslations('notificationSettings.times');
  const chosen = useWatch({ control: form.control, name: 'zone' });
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const options = useMemo(
    () => zonesWith(chosen ?? here).map((id) => ({ id, label: zoneLabel(id) })),
    [chosen, here],
  );
  return (
    <Stack gap={2}>
      <FormField form={form} name="zone">
        {(field) => (
          <ComboBox
            {...field}
            {...NOT_MARKED}
            label={t('zone')}
            emptyText={t('zoneNone')}
            options={options}
          />
        )}
      </FormField>
      {chosen !== here && (
        <div>
          <Button
            size="small"
            onPress={() => form.setValue('zone', here, { shouldDirty: true, shouldValidate: true })}
          >
            {t('zoneHere', { zone: zoneLabel(here) })}
          </Button>
        </div>
      )}
    </Stack>
  );
}

function Words({ form }: { form: Form }) {
  const t = useTranslations('notificationSettings.times');
  const tLanguage = useTranslations('shell.language');
  return (
    <FormField form={form} name="language">
      {({ onChange, ...field }) => (
        <Select
          {...field}
          {...NOT_MARKED}
          label={t('language')}
          placeholder={t('language')}
          options={LANGUAGES.map((id) => ({ id, label: tLanguage(id) }))}
          onChange={(id) => onChange(id as Language)}
        />
      )}
    </FormField>
  );
}

function useTimes(preferences: Preferences) {
  const t = useTranslations('notificationSettings.times');
  const change = useChange();
  const form: Form = useApiForm<typeof TimesFields, TimesEntry>(TimesFields, timesOf(preferences));
  const draft = useDraft(form, 'notification-times', TimesFields);
  // What another window has chosen is shown, unless something is being entered here.
  const { isDirty } = useFormState({ control: form.control });
  const shown = useRef(preferences);
  useEffect(() => {
    if (isDirty || preferences === shown.current) return;
    shown.current = preferences;
    form.reset(timesOf(preferences));
  }, [preferences, isDirty, form]);
  const save = form.handleSubmit(async (entered) => {
    if (isNoTime(entered)) return form.setError('to', { type: 'sameTime' }, { shouldFocus: true });
    try {
      await change.mutateAsync({ body: changeOf(entered) });
      draft.done();
      form.reset(form.getValues());
      showToast({ title: t('saved'), tone: 'good' });
    } catch (reason) {
      if (reason instanceof ApiError) putProblems(form, reason, { BAD_TIME_ZONE: 'zone' });
    }
  });
  return { form, draft, save, isPending: change.isPending };
}
