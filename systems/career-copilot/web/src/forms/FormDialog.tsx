import { Banner, Button, Dialog, Stack } from '@banyan/ui';
import type { FormEventHandler, ReactElement, ReactNode } from 'react';
import { DraftNotice } from './DraftNotice.tsx';
import type { FormDraft } from './form.tsx';

type FormDialogProps = {
  title: string;
  form: { id: string };
  draft: FormDraft;
  onSubmit: FormEventHandler<HTMLFormElement>;
  /** Of the button that sends it. */
  submitLabel: string;
  pendingLabel: string;
  isPending: boolean;
  closeLabel: string;
  onClose: () => void;
  /** Why it could not be sent, where that is no field's fault. */
  failure?: { title: string; text: string } | null;
  /** Before the button that sends it. */
  actions?: ReactNode;
  /** Of the form: how its fields lie. Default: one below the other. */
  className?: string | undefined;
  children: ReactNode;
};

/** One form in a dialog, with its draft. A press outside does not close it, so that nothing is lost by one. */
export function FormDialog(props: FormDialogProps): ReactElement {
  const { title, form, draft, onSubmit, submitLabel, pendingLabel, isPending, closeLabel, onClose } = props;
  const { failure = null, actions, className, children } = props;
  return (
    <Dialog
      title={title}
      isOpen
      onOpenChange={onClose}
      closeLabel={closeLabel}
      isDismissable={false}
      actions={
        <>
          {actions}
          <Button
            variant="primary"
            type="submit"
            form={form.id}
            isPending={isPending}
            pendingLabel={pendingLabel}
          >
            {submitLabel}
          </Button>
        </>
      }
    >
      <Stack gap={4}>
        <DraftNotice draft={draft} />
        {failure !== null && (
          <Banner tone="danger" title={failure.title}>
            {failure.text}
          </Banner>
        )}
        <form id={form.id} onSubmit={onSubmit} noValidate className={className}>
          {className === undefined ? <Stack gap={4}>{children}</Stack> : children}
        </form>
      </Stack>
    </Dialog>
  );
}
