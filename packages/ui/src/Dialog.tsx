import type { ReactElement, ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './Dialog.module.css';
import { IconButton } from './IconButton.tsx';

export interface DialogProps {
  title: string;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** What the cross is called. */
  closeLabel: string;
  size?: 'small' | 'medium' | 'large';
  /** A press outside closes it: not where something would be lost. */
  isDismissable?: boolean;
  children: ReactNode;
  /** Buttons, the one that goes on last. */
  actions?: ReactNode;
}

/** Something to do before the page goes on. It keeps the focus, Escape closes it, and the focus returns to where it was. */
export function Dialog(props: DialogProps): ReactElement {
  const {
    title,
    isOpen,
    onOpenChange,
    closeLabel,
    size = 'medium',
    isDismissable = true,
    children,
    actions,
  } = props;
  return (
    <ModalOverlay
      className={styles.backdrop}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      isDismissable={isDismissable}
    >
      <Modal className={classes(styles.modal, styles[size])}>
        <AriaDialog className={styles.dialog}>
          <header className={styles.head}>
            <Heading slot="title" level={2} className={styles.title}>
              {title}
            </Heading>
            <IconButton icon="close" label={closeLabel} slot="close" size="small" />
          </header>
          <div className={styles.body}>{children}</div>
          {actions && <footer className={styles.actions}>{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
