import type { ReactElement, ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from './Button.tsx';
import { classes } from './classes.ts';
import styles from './Dialog.module.css';
import { Stack } from './Stack.tsx';

export interface ConfirmDialogProps {
  /** The question. */
  title: string;
  /** What happens, and whether it can be undone. */
  children: ReactNode;
  /** The verb of what happens ("Delete"), not "OK". */
  confirmLabel: string;
  cancelLabel: string;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onConfirm: () => void;
  /** Something is destroyed. */
  isDangerous?: boolean;
  isPending?: boolean;
  pendingLabel?: string;
  /** Why it could not be done. */
  error?: ReactNode;
}

/** Asks before something that cannot be undone. The focus is on "cancel" first if it destroys. */
export function ConfirmDialog(props: ConfirmDialogProps): ReactElement {
  const {
    title,
    children,
    confirmLabel,
    cancelLabel,
    isOpen,
    onOpenChange,
    onConfirm,
    isDangerous,
    isPending,
    error,
  } = props;
  return (
    <ModalOverlay
      className={styles.backdrop}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      isKeyboardDismissDisabled={isPending ?? false}
    >
      <Modal className={classes(styles.modal, styles.small)}>
        <AriaDialog role="alertdialog" className={styles.dialog}>
          <header className={styles.head}>
            <Heading slot="title" level={2} className={styles.title}>
              {title}
            </Heading>
          </header>
          <div className={styles.body}>
            <Stack gap={3}>
              <div>{children}</div>
              {error && <div role="alert">{error}</div>}
            </Stack>
          </div>
          <footer className={styles.actions}>
            <Button slot="close" autoFocus={isDangerous ?? false} isDisabled={isPending ?? false}>
              {cancelLabel}
            </Button>
            <Button
              variant={isDangerous ? 'danger' : 'primary'}
              autoFocus={!isDangerous}
              isPending={isPending ?? false}
              {...(props.pendingLabel && { pendingLabel: props.pendingLabel })}
              onPress={onConfirm}
            >
              {confirmLabel}
            </Button>
          </footer>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
