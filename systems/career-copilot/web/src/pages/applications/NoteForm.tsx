import { Button, Checkbox, showToast, TextArea } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { NewNote } from '../../../../api/applications.ts';
import { ApiError, useApiMutation, useErrorWords } from '../../api/index.ts';
import { DraftNotice, FormField, putProblems, useApiForm, useDraft } from '../../forms/index.ts';
import styles from './Application.module.css';
import { inputOf } from './reads.ts';

/** Writes a note to an application. What is being written is kept until it is sent. */
export function NoteForm({ id }: { id: number }) {
  const t = useTranslations('applications.one.newNote');
  const words = useErrorWords();
  const form = useApiForm(NewNote, { body: '', is_private: true });
  const draft = useDraft(form, `note-${id}`, NewNote);
  const add = useApiMutation('POST /api/v1/applications/{id}/notes');
  const save = form.handleSubmit(async (body) => {
    try {
      await add.mutateAsync({ ...inputOf(id), body });
      form.reset();
      draft.done();
    } catch (reason) {
      if (reason instanceof ApiError && putProblems(form, reason)) return;
      showToast({ title: t('failed'), description: words(reason).reason, tone: 'danger' });
    }
  });
  return (
    <form id={form.id} onSubmit={save} noValidate className={styles.newNote}>
      <DraftNotice draft={draft} />
      <FormField form={form} name="body">
        {({ isRequired: _, ...field }) => (
          <TextArea label={t('label')} placeholder={t('placeholder')} rows={2} {...field} />
        )}
      </FormField>
      <div className={styles.newNoteEnd}>
        <FormField form={form} name="is_private">
          {({ value, isRequired: _, ...field }) => (
            <Checkbox isSelected={value ?? false} {...field}>
              {t('private')}
            </Checkbox>
          )}
        </FormField>
        <Button type="submit" isPending={add.isPending} pendingLabel={t('saving')}>
          {t('add')}
        </Button>
      </div>
    </form>
  );
}
