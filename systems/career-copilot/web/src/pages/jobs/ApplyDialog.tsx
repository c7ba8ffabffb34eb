import { Banner, Button, Dialog, Stack, showToast, TextArea } from '@banyan/ui';
import { useState } from 'react';
import { Type } from 'typebox';
import { useTranslations } from 'use-intl';
import { ApiError, useErrorWords } from '../../api/index.ts';
import { DraftNotice, FormField, useApiForm, useDraft } from '../../forms/index.ts';
import { useMove } from '../applications/use-move.ts';
import type { Applied } from './use-applied.ts';
import { type JobNamed, useApply } from './use-apply.ts';

/** The part of a new application that somebody writes. */
const Letter = Type.Object({ cover_letter: Type.Optional(Type.String({ maxLength: 20_000 })) });

/** Applies for a job; a letter is kept until it is sent. What was saved before is moved on, and has no letter. */
export function ApplyDialog({
  job,
  application,
  onClose,
}: {
  job: JobNamed;
  application: Applied | undefined;
  onClose: () => void;
}) {
  return application ? (
    <ApplySaved job={job} application={application} onClose={onClose} />
  ) : (
    <ApplyAnew job={job} onClose={onClose} />
  );
}

function ApplyAnew({ job, onClose }: { job: JobNamed; onClose: () => void }) {
  const t = useTranslations('jobs.apply');
  const words = useErrorWords();
  const form = useApiForm(Letter, { cover_letter: '' });
  const draft = useDraft(form, `apply-${job.id}`, Letter);
  const { apply, isPending } = useApply();
  const [failed, setFailed] = useState<ApiError | null>(null);
  const send = form.handleSubmit(async (letter) => {
    setFailed(null);
    const body = { job_id: job.id, status: 'applied' as const, ...letter };
    try {
      const became = await apply(body, draft.idempotencyKeyFor(body));
      draft.done();
      onClose();
      showToast({ title: t(became === 'done' ? 'done' : 'underWay', { title: job.title }), tone: 'good' });
    } catch (reason) {
      const error = reason instanceof ApiError ? reason : new ApiError('INTERNAL');
      // The page says with a link what there is already.
      if (error.code === 'ALREADY_APPLIED') {
        draft.done();
        onClose();
        showToast({ title: words(error).reason });
      } else setFailed(error);
    }
  });
  return (
    <Frame
      job={job}
      onClose={onClose}
      action={
        <Button
          variant="primary"
          type="submit"
          form={form.id}
          isPending={isPending}
          pendingLabel={t('sending')}
        >
          {t('send')}
        </Button>
      }
    >
      <DraftNotice draft={draft} />
      {failed && (
        <Banner tone="danger" title={t('failed')}>
          {words(failed).reason}
        </Banner>
      )}
      <form id={form.id} onSubmit={(event) => void send(event)} noValidate>
        <FormField form={form} name="cover_letter">
          {(field) => <TextArea label={t('letter')} description={t('letterHint')} rows={8} {...field} />}
        </FormField>
      </form>
    </Frame>
  );
}

function ApplySaved({
  job,
  application,
  onClose,
}: {
  job: JobNamed;
  application: Applied;
  onClose: () => void;
}) {
  const t = useTranslations('jobs.apply');
  const move = useMove();
  const send = () => {
    onClose();
    void move(application.id, 'applied').then((reason) =>
      showToast(
        reason === null
          ? { title: t('done', { title: job.title }), tone: 'good' }
          : { title: t('failed'), description: reason, tone: 'danger' },
      ),
    );
  };
  return (
    <Frame
      job={job}
      onClose={onClose}
      action={
        <Button variant="primary" autoFocus onPress={send}>
          {t('send')}
        </Button>
      }
    >
      <p>{t('wasSaved')}</p>
    </Frame>
  );
}

function Frame({
  job,
  onClose,
  action,
  children,
}: {
  job: JobNamed;
  onClose: () => void;
  action: React.ReactElement;
  children: React.ReactNode;
}) {
  const t = useTranslations('jobs.apply');
  return (
    <Dialog
      title={t('title', { title: job.title })}
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      closeLabel={t('close')}
      isDismissable={false}
      actions={
        <>
          <Button onPress={onClose}>{t('cancel')}</Button>
          {action}
        </>
      }
    >
      <Stack gap={4}>
        <p>{t('lead', { company: job.company.name })}</p>
        {children}
      </Stack>
    </Dialog>
  );
}
