import { Button, Card, Stack, Tags, TextArea, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useFormState } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import type { Resume } from '../../../../api/resume.ts';
import { FormField, useApiForm, useDraft } from '../../forms/index.ts';
import { Adder } from './Adder.tsx';
import styles from './Profile.module.css';
import { textOfLanguage, Words, withLanguages } from './resume-parts.ts';
import type { useResume } from './use-resume.ts';

/** What a résumé has beside stations: a summary, where to find more, languages. */
export function ResumeWords({
  resume,
  save,
  isSaving,
}: { resume: Resume } & Pick<ReturnType<typeof useResume>, 'save' | 'isSaving'>) {
  const t = useTranslations('profile.resume');
  const form = useApiForm<typeof Words, { summary: string; url: string }>(Words, {
    summary: resume.basics?.summary ?? '',
    url: resume.basics?.url ?? '',
  });
  const draft = useDraft(form, 'resume-words', Words);
  const { isDirty } = useFormState({ control: form.control });
  const keep = form.handleSubmit(async (words) => {
    const { summary: _, url: __, ...basics } = resume.basics ?? {};
    if (!(await save({ ...resume, basics: { ...basics, ...words } }, t('saved')))) return;
    form.reset(form.getValues());
    draft.done();
  });
  return (
    <Card title={t('more.title')}>
      <Stack gap={5}>
        <form onSubmit={keep} noValidate className={styles.fields}>
          <div className={styles.whole}>
            <FormField form={form} name="summary">
              {(field) => <TextArea label={t('more.summary')} {...field} />}
            </FormField>
          </div>
          <div className={styles.whole}>
            <FormField form={form} name="url">
              {(field) => (
                <TextField label={t('more.url')} type="url" description={t('more.urlHint')} {...field} />
              )}
            </FormField>
          </div>
          {isDirty && (
            <div className={styles.whole}>
              <Button type="submit" variant="primary" isPending={isSaving} pendingLabel={t('saving')}>
                {t('more.save')}
              </Button>
            </div>
          )}
        </form>
        <Languages resume={resume} save={save} />
      </Stack>
    </Card>
  );
}

function Languages({ resume, save }: { resume: Resume } & Pick<ReturnType<typeof useResume>, 'save'>) {
  const t = useTranslations('profile');
  const [typed, setTyped] = useState('');
  const languages = resume.languages ?? [];
  const keep = (changed: typeof languages) => save({ ...resume, languages: changed }, t('resume.saved'));
  return (
    <Stack gap={3}>
      <Tags
        label={t('resume.more.languages')}
        tags={languages.map((language) => ({
          id: textOfLanguage(language),
          label: textOfLanguage(language),
        }))}
        onRemove={(removed) => void keep(languages.filter((one) => !removed.includes(textOfLanguage(one))))}
        emptyText={t('resume.more.languagesEmpty')}
      />
      <Adder
        id="profile-languages"
        label={t('resume.more.addLanguage')}
        description={t('resume.more.languageHint')}
        buttonLabel={t('skills.addButton')}
        value={typed}
        onChange={setTyped}
        onAdd={async (text) => {
          if (await keep(withLanguages(languages, text))) setTyped('');
        }}
      />
    </Stack>
  );
}
