import { Banner, Button, Dialog, Menu, Stack, showToast, TextArea } from '@banyan/ui';
import { useState } from 'react';
import { Type } from 'typebox';
import { useTranslations } from 'use-intl';
import { StatusChange } from '../../../../api/applications.ts';
import type { ApplicationState } from '../../../../api/tracking.ts';
import { DraftNotice, FormField, useApiForm, useDraft } from '../../forms/index.ts';
import { type ApplicationRow, namesOf } from './rows.ts';
import { isEnd } from './states.ts';
import { useMove } from './use-move.ts';

/** Where an application may go next, and why it goes there. Nothing where it has come to its end. */
export function MoveMenu(given: { application: ApplicationRow; isTracked: boolean }) {
  const t = useTranslations('applications');
  const [target, setTarget] = useState<ApplicationState | null>(null);
  const targets = given.application.mayBecome;
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
          onAction={(status) => setTarget(status as ApplicationState)}
        />
      )}
      {target && <MoveDialog {...given} target={target} onClose={() => setTarget(null)} />}
    </>
  );
}

const Why = Type.Pick(StatusChange, ['note']);

function MoveDialog({
  application,
  isTracked,
  target,
  onClose,
}: {
  application: ApplicationRow;
  isTracked: boolean;
  target: ApplicationState;
  onClose: () => void;
}) {
  const t = useTranslations('applications');
  const move = useMove(isTracked);
  const form = useApiForm(Why, { note: '' });
  const draft = useDraft(form, `move-${application.id}-${target}`, Why);
  const send = form.handleSubmit(async ({ note }) => {
    onClose();
    const reason = await move(Number(application.id), target, note);
    if (reason === null) draft.done();
    else
      showToast({
        title: t('notMoved', { name: t('nameAt', namesOf(application)) }),
        description: reason,
        tone: 'danger',
      });
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
