import { Avatar, Card, IconButton, Link, showToast, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { NewContact } from '../../../../api/tracking.ts';
import { ApiError, useErrorWords } from '../../api/index.ts';
import { FormDialog, FormField, putProblems, useApiForm, useDraft } from '../../forms/index.ts';
import styles from './Application.module.css';
import type { Tracked } from './use-application.ts';
import { useTracked } from './use-tracked.ts';

/** People at the company. */
export function Contacts({ tracked: { id, contacts } }: { tracked: Tracked }) {
  const t = useTranslations('applications.one.contacts');
  const { removeContact } = useTracked(id);
  const [isOpen, setOpen] = useState(false);
  return (
    <Card
      title={t('title')}
      actions={<IconButton icon="add" size="small" label={t('add')} onPress={() => setOpen(true)} />}
    >
      {contacts.length === 0 ? (
        <p className={styles.muted}>{t('none')}</p>
      ) : (
        <ul className={styles.contacts}>
          {contacts.map((contact) => (
            <li key={contact.id} className={styles.contact}>
              <Avatar name={contact.name} />
              <span className={styles.about}>
                <strong>{contact.name}</strong>
                {contact.role && <span className={styles.muted}>{contact.role}</span>}
                {contact.email && <Link href={`mailto:${contact.email}`}>{contact.email}</Link>}
                {contact.phone && (
                  <Link href={`tel:${contact.phone.replace(/[^+\d]/g, '')}`}>{contact.phone}</Link>
                )}
              </span>
              <IconButton
                icon="trash"
                size="small"
                label={t('remove', { name: contact.name })}
                onPress={() => void removeContact(contact)}
              />
            </li>
          ))}
        </ul>
      )}
      {isOpen && <ContactDialog id={id} onClose={() => setOpen(false)} />}
    </Card>
  );
}

const FIELDS = [
  ['name', 'text'],
  ['role', 'text'],
  ['email', 'email'],
  ['phone', 'tel'],
] as const;

function ContactDialog({ id, onClose }: { id: number; onClose: () => void }) {
  const t = useTranslations('applications.one.contacts');
  const words = useErrorWords();
  const { addContact, isSaving } = useTracked(id);
  const form = useApiForm(NewContact, { name: '', role: '', email: '', phone: '' });
  const draft = useDraft(form, `contact-${id}`, NewContact);
  const save = form.handleSubmit(async (contact) => {
    try {
      await addContact(contact);
      draft.done();
      onClose();
    } catch (reason) {
      if (reason instanceof ApiError && putProblems(form, reason)) return;
      showToast({ title: t('notAdded'), description: words(reason).reason, tone: 'danger' });
    }
  });
  return (
    <FormDialog
      title={t('add')}
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
      {FIELDS.map(([name, type]) => (
        <FormField key={name} form={form} name={name}>
          {({ value, ...field }) => (
            <TextField label={t(`fields.${name}`)} type={type} value={value ?? ''} {...field} />
          )}
        </FormField>
      ))}
    </FormDialog>
  );
}
