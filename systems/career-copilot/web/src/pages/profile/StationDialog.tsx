import { TextArea, TextField } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { FormDialog, FormField, useApiForm, useDraft } from '../../forms/index.ts';
import styles from './Profile.module.css';
import { FIELDS, FORMS, type Part, type Station, type StationEntry, stationOf } from './resume-parts.ts';

const WIDE = new Set<string>(['position', 'institution', 'summary']);
const DAYS = new Set<string>(['startDate', 'endDate']);

/** A station of a résumé: added, or changed. */
export function StationDialog({
  part,
  station,
  draftName,
  isSaving = false,
  onDone,
  onClose,
}: {
  part: Part;
  /** Null: a new one. */
  station: Station | null;
  /** Where what is entered is kept meanwhile. */
  draftName: string;
  isSaving?: boolean;
  /** Resolves with whether it was kept. */
  onDone: (station: Station) => Promise<boolean>;
  onClose: () => void;
}) {
  const t = useTranslations('profile.resume');
  // Of either part: fields are looked up by the list of its own.
  const schema = FORMS[part] as (typeof FORMS)['work'];
  const empty = Object.fromEntries(FIELDS[part].map((name) => [name, '']));
  const form = useApiForm<typeof schema, Record<string, string>>(schema, {
    ...empty,
    ...entryIn(part, station),
  });
  const draft = useDraft(form, draftName, schema);
  const save = form.handleSubmit(async (entered) => {
    if (!(await onDone(stationOf(part, entered as StationEntry, station ?? {})))) return;
    draft.done();
    onClose();
  });
  return (
    <FormDialog
      title={t(station ? `${part}.change` : `${part}.add`)}
      form={form}
      draft={draft}
      onSubmit={save}
      submitLabel={t('done')}
      pendingLabel={t('saving')}
      isPending={isSaving}
      closeLabel={t('close')}
      onClose={onClose}
      className={styles.fields}
    >
      {FIELDS[part].map((name) => (
        <div key={name} className={WIDE.has(name) ? styles.whole : undefined}>
          <FormField form={form} name={name}>
            {(field) =>
              name === 'summary' ? (
                <TextArea label={t(`fields.${name}`)} {...field} />
              ) : (
                <TextField
                  label={t(`fields.${name}`)}
                  description={DAYS.has(name) ? t(`hints.${name as 'startDate' | 'endDate'}`) : undefined}
                  {...field}
                />
              )
            }
          </FormField>
        </div>
      ))}
    </FormDialog>
  );
}

function entryIn(part: Part, station: Station | null): Record<string, string> {
  const entries = FIELDS[part].map((name) => [name, station?.[name as keyof Station] ?? '']);
  return Object.fromEntries(entries);
}
