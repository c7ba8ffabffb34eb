import { Banner, Button, Dialog, Menu, Stack, showToast, TextArea } from '@banyan/ui';
import { useState } from 'react';
import { Type } from 'typebox';
import { useTranslations } from 'use-intl';
import { type ApplicationStatus, StatusChange } from '../../../../api/applications.ts';
import { mayMove } from '../../../../api/transitions.ts';
import { DraftNotice, FormField, useApiForm, useDraft } from '../../forms/index.ts';
import { isEnd, STATUSES } from './states.ts';
import { useMove } from './use-move.ts';

type Application = { id: number; status: ApplicationStatus; job_title: string; company_name: string };

/** Where an application may go next, and why it goes there. Nothing where it has come to its end. */
export function MoveMenu({ application }: { application: Application }) {
  const t = useTranslations('applications');
  const [target, setTarget] = useState<ApplicationStatus | null>(null);
  const targets = STATUSES.filter((status) => mayMove(application.status, status));
  return (
    <>
      {targets.length > 0 && (
        <Menu
          trigger={
            <Button variant="primary" icon="forward">
              {t('moveTo')}
            </Button>
          }
          entries={targets.map((status) => ({ id: status, label: t(`states.${status}`) }))}
          onAction={(status) => setTarget(status as ApplicationStatus)}
        />
      )}
      {target && <MoveDialog application={application} target={target} onClose={() => setTarget(null)} />}
    </>
  );
}

const Why = Type.Pick(StatusChange, ['note']);

function MoveDialog({
  application,
  target,
  onClose,
}: {
  application: Application;
  target: ApplicationStatus;
  onClose: () => void;
}) {
  const t = useTranslations('applications');
  const move = useMove();
  const form = useApiForm(Why, { note: '' });
  const draft = useDraft(form, `move-${application.id}-${target}`, Why);
  const name = t('nameAt', { title: application.job_title, company: application.company_name });
  const send = form.handleSubmit(async ({ note }) => {
    onClose();
    const isMoved = await move(application.id, { status: target, why: note }, (reason) =>
      showToast({ title: t('notMoved', { name }), description: reason, tone: 'danger' }),
    );
    if (isMoved) draft.done();
  });
  return (
    <Dialog
      title={t('move.title', { state: t(`states.${target}`) })}
      isOpen
      onOpenChange={onClose}
      closeLabel={t('move.close')}
      size="small"
      actions={
        <Button variant="primary" type="submit" form={form.id}>
          {t('move.send')}
        </Button>
      }
    >
      <Stack gap={4}>
        <DraftNotice draft={draft} />
        {isEnd(target) && (
          <Banner tone="warning" isLive={false}>
            {t('move.end')}
          </Banner>
        )}
        <form id={form.id} onSubmit={send} noValidate>
          <FormField form={form} name="note">
            {(field) => (
              <TextArea label={t('move.why')} description={t('move.whyHint')} rows={3} autoFocus {...field} />
            )}
          </FormField>
        </form>
      </Stack>
    </Dialog>
  );
}
