import { Button, Card, DatePicker, Icon, IconButton, Select, TextField } from '@banyan/ui';
import { now } from '@internationalized/date';
import { useState } from 'react';
import { useNow, useTimeZone, useTranslations } from 'use-intl';
import { ApiError } from '../../api/index.ts';
import { FormDialog, FormField, putProblems, useApiForm, useDraft } from '../../forms/index.ts';
import { useAgo, useFormats } from '../../i18n/index.ts';
import styles from './Application.module.css';
import {
  type ActionEntry,
  ActionFields,
  actionOf,
  entryOfAction,
  freshAction,
  NEVER,
  REMINDERS,
} from './action-entry.ts';
import type { Tracked } from './use-application.ts';
import { useTracked } from './use-tracked.ts';

const MINUTE_MS = 60_000;

/** What is to be done next for an application, with its reminder. */
export function NextAction({ tracked: { id, next_action: action } }: { tracked: Tracked }) {
  const t = useTranslations('applications.one.next');
  const ago = useAgo();
  const format = useFormats();
  const at = useNow({ updateInterval: MINUTE_MS }).getTime();
  const { finish } = useTracked(id);
  const [isOpen, setOpen] = useState(false);
  return (
    <Card
      title={t('title')}
      actions={
        action === null ? (
          <Button size="small" icon="add" onPress={() => setOpen(true)}>
            {t('plan')}
          </Button>
        ) : (
          <IconButton icon="edit" size="small" label={t('change')} onPress={() => setOpen(true)} />
        )
      }
    >
      {action === null ? (
        <p className={styles.muted}>{t('none')}</p>
      ) : (
        <div className={styles.next}>
          <div className={styles.about}>
            <strong>{action.what}</strong>
            <span className={Date.parse(action.due_at) < at ? styles.over : styles.muted}>
              {t('due', { when: format.dateTime(action.due_at), ago: ago(action.due_at) })}
            </span>
            {action.remind_at && (
              <span className={styles.reminder}>
                <Icon name="bell" size={14} />
                {t(action.reminded_at ? 'reminded' : 'reminds', { when: format.dateTime(action.remind_at) })}
              </span>
            )}
          </div>
          <Button icon="check" onPress={() => void finish(action)}>
            {t('finish')}
          </Button>
        </div>
      )}
      {isOpen && <ActionDialog id={id} action={action} onClose={() => setOpen(false)} />}
    </Card>
  );
}

function ActionDialog({
  id,
  action,
  onClose,
}: {
  id: number;
  action: Tracked['next_action'];
  onClose: () => void;
}) {
  const t = useTranslations('applications.one.next');
  const zone = useTimeZone()!;
  const { plan, isSaving } = useTracked(id);
  const form = useApiForm<typeof ActionFields, ActionEntry>(
    ActionFields,
    action ? entryOfAction(action, zone) : freshAction(String(now(zone))),
  );
  const draft = useDraft(form, `next-action-${id}`, ActionFields);
  const save = form.handleSubmit(async (entered) => {
    try {
      await plan(actionOf(entered, zone, Date.now()));
      draft.done();
      onClose();
    } catch (reason) {
      // What is wrong with a field is told there, all else was told when it was taken back.
      if (reason instanceof ApiError) putProblems(form, reason);
    }
  });
  const reminders = [...new Set([NEVER, ...REMINDERS.map(String), form.getValues('remind')])];
  return (
    <FormDialog
      title={t(action ? 'change' : 'plan')}
      form={form}
      draft={draft}
      onSubmit={save}
      submitLabel={t('save')}
      pendingLabel={t('saving')}
      isPending={isSaving}
      closeLabel={t('close')}
      onClose={onClose}
      className={styles.fields}
    >
      <div className={styles.whole}>
        <FormField form={form} name="what">
          {(field) => <TextField label={t('what')} autoFocus {...field} />}
        </FormField>
      </div>
      <FormField form={form} name="due">
        {(field) => <DatePicker label={t('until')} granularity="minute" {...field} />}
      </FormField>
      <FormField form={form} name="remind">
        {({ isRequired: _, ...field }) => (
          <Select
            {...field}
            label={t('remind')}
            placeholder={t('remindBefore.never')}
            options={reminders.map((minutes) => ({
              id: minutes,
              label:
                minutes === NEVER
                  ? t('remindBefore.never')
                  : minutes === '0'
                    ? t('remindBefore.then')
                    : minutes === '1440'
                      ? t('remindBefore.day')
                      : t('remindBefore.minutes', { minutes: Number(minutes) }),
            }))}
          />
        )}
      </FormField>
    </FormDialog>
  );
}
