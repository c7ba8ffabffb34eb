import type { ReactElement } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { classes } from './classes.ts';
import dialogStyles from './Dialog.module.css';
import type { DialogProps } from './Dialog.tsx';
import styles from './Drawer.module.css';
import { IconButton } from './IconButton.tsx';

export interface DrawerProps extends Omit<DialogProps, 'size'> {
  side?: 'start' | 'end';
}

/** A dialog that comes in from a side and has its height: filters on a phone, details beside a list. */
export function Drawer(props: DrawerProps): ReactElement {
  const {
    title,
    isOpen,
    onOpenChange,
    closeLabel,
    isDismissable = true,
    side = 'end',
    children,
    actions,
  } = props;
  return (
    <ModalOverlay
      className={classes(dialogStyles.backdrop, styles.backdrop)}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      isDismissable={isDismissable}
    >
      <Modal className={classes(styles.drawer, styles[side])}>
        <AriaDialog className={styles.dialog}>
          <header className={styles.head}>
            <Heading slot="title" level={2} className={dialogStyles.title}>
              {title}
            </Heading>
            <IconButton icon="close" label={closeLabel} slot="close" size="small" />
          </header>
          <div className={styles.body}>{children}</div>
          {actions && <footer className={dialogStyles.actions}>{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
