import { Button, Card, Columns, Stack, showToast, TextField } from '@banyan/ui';
import { useEffect, useRef } from 'react';
import { useFormState, useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { type Answer, type ApiError, expected, useApiMutation, useErrorWords } from '../../api/index.ts';
import { DraftNotice, FormField, fieldId, putProblems, useApiForm, useDraft } from '../../forms/index.ts';
import styles from './Profile.module.css';
import { ProfileParts } from './ProfileParts.tsx';
import { changesOf, entryOf, type ProfileEntry, ProfileFields, undoOf } from './profile-entry.ts';
import { ImportCard, ResumeCards } from './ResumeCards.tsx';
import { ResumeWords } from './ResumeWords.tsx';
import { Skills } from './Skills.tsx';
import { useImport, useResume } from './use-resume.ts';
import { Wishes } from './Wishes.tsx';

type Profile = Answer<'GET /api/v1/users/me'>;
type Given = {
  profile: Profile;
  /** Matching hears of wishes that have changed. */
  tellMatching: (entry: ProfileEntry) => Promise<void>;
};

/** What somebody says of themselves, changed as a whole and saved when they say so. */
export function ProfileForm({ profile, tellMatching }: Given) {
  const t = useTranslations('profile');
  const { form, draft, save, isSaving } = useProfileForm({ profile, tellMatching });
  const { isDirty } = useFormState({ control: form.control });
  const resume = useResume();
  const canImport = useImport().operation !== null;
  const entry = useWatch({ control: form.control }) as ProfileEntry;
  return (
    <Columns
      isAsideSticky
      aside={
        <>
          {canImport && <ImportCard />}
          <ProfileParts
            entry={entry}
            onSelect={(name) => document.getElementById(fieldId(form, name))?.focus()}
          />
        </>
      }
    >
      <DraftNotice draft={draft} />
      <Card title={t('about.title')}>
        <form id={form.id} onSubmit={save} noValidate className={styles.fields}>
          <FormField form={form} name="full_name">
            {(field) => <TextField label={t('about.name')} autoComplete="name" {...field} />}
          </FormField>
          <TextField label={t('about.email')} type="email" value={profile.email} isReadOnly name="email" />
          <div className={styles.whole}>
            <FormField form={form} name="headline">
              {(field) => (
                <TextField
                  label={t('about.headline')}
                  description={t('about.headlineHint')}
                  {...field}
                  isRequired={false}
                />
              )}
            </FormField>
          </div>
          <FormField form={form} name="location">
            {(field) => (
              <TextField
                label={t('about.location')}
                autoComplete="address-level2"
                {...field}
                isRequired={false}
              />
            )}
          </FormField>
          <FormField form={form} name="phone">
            {(field) => (
              <TextField
                label={t('about.phone')}
                type="tel"
                autoComplete="tel"
                {...field}
                isRequired={false}
              />
            )}
          </FormField>
        </form>
      </Card>
      <Skills form={form} />
      <Wishes form={form} />
      {resume.resume !== null && (
        <>
          <ResumeCards resume={resume.resume} save={resume.save} isSaving={resume.isSaving} />
          <ResumeWords resume={resume.resume} save={resume.save} isSaving={resume.isSaving} />
        </>
      )}
      {isDirty && (
        <section className={styles.saveBar} aria-label={t('save.region')}>
          <p>{t('save.unsaved')}</p>
          <Stack direction="row" gap={2}>
            <Button onPress={draft.discard}>{t('save.discard')}</Button>
            <Button
              variant="primary"
              type="submit"
              form={form.id}
              isPending={isSaving}
              pendingLabel={t('save.saving')}
            >
              {t('save.save')}
            </Button>
          </Stack>
        </section>
      )}
    </Columns>
  );
}

function useProfileForm({ profile, tellMatching }: Given) {
  const t = useTranslations('profile.save');
  const words = useErrorWords();
  const form = useApiForm<typeof ProfileFields, ProfileEntry>(ProfileFields, entryOf(profile));
  const kept = useDraft(form, 'profile', ProfileFields);
  const { isDirty } = useFormState({ control: form.control });

  const change = useApiMutation('PUT /api/v1/users/me', {
    expects: ({ body }) => [expected('GET /api/v1/users/me', {}, (before) => ({ ...before, ...body }))],
    onTakenBack: (reason) => tell(reason),
  });
  const tell = (reason: ApiError) => {
    if (putProblems(form, reason)) return;
    showToast({ title: t('failed'), description: words(reason).reason, tone: 'danger' });
  };

  // Somebody may have changed it elsewhere: what is not being changed here is shown as it is now. Not at first, when a draft is put in.
  const shown = useRef(profile);
  useEffect(() => {
    if (shown.current === profile || isDirty || change.isPending) return;
    shown.current = profile;
    form.reset(entryOf(profile));
  }, [profile, isDirty, change.isPending, form]);

  const save = form.handleSubmit(async () => {
    const entry = form.getValues();
    const changes = changesOf(profile, entry);
    const undo = undoOf(profile, changes);
    try {
      const saved = await change.mutateAsync({ body: changes });
      if (changes.preferences) await tellMatching(entryOf(saved));
      form.reset(entryOf(saved));
      kept.done();
      showToast({
        title: t('saved'),
        tone: 'good',
        action: { label: t('undo'), onAction: () => void takeBack(undo) },
      });
    } catch {
      // It was told, and what was entered is still there.
    }
  });
  const takeBack = async (undo: ReturnType<typeof undoOf>) => {
    try {
      const before = entryOf(await change.mutateAsync({ body: undo }));
      if (undo.preferences) await tellMatching(before);
      form.reset(before);
      showToast({ title: t('undone'), tone: 'good' });
    } catch {
      // As above.
    }
  };
  const discard = () => {
    kept.discard();
    form.reset(entryOf(profile));
  };
  return { form, draft: { ...kept, discard }, save, isSaving: change.isPending };
}
