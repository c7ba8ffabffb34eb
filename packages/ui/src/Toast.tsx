import type { ReactElement } from 'react';
import {
  Button as AriaButton,
  UNSTABLE_Toast as AriaToast,
  UNSTABLE_ToastContent as AriaToastContent,
  UNSTABLE_ToastRegion as AriaToastRegion,
  Text,
} from 'react-aria-components';
import { Button } from './Button.tsx';
import { classes } from './classes.ts';
import { Icon } from './Icon.tsx';
import styles from './Toast.module.css';
import { toasts } from './toasts.ts';
import { toneIcons } from './tones.ts';

/** Where toasts appear; once, in the frame of all pages. F6 leads there. The clock of each stops while one is pointed at or has the focus. */
export function ToastRegion({ label, closeLabel }: { label: string; closeLabel: string }): ReactElement {
  return (
    <AriaToastRegion queue={toasts} aria-label={label} className={styles.region}>
      {({ toast }) => {
        const { title, description, tone = 'info', action } = toast.content;
        return (
          <AriaToast toast={toast} className={classes(styles.toast, styles[tone])}>
            <span className={styles.sign}>
              <Icon name={toneIcons[tone]} size={18} />
            </span>
            <AriaToastContent className={styles.content}>
              <Text slot="title" className={styles.title}>
                {title}
              </Text>
              {description && (
                <Text slot="description" className={styles.description}>
                  {description}
                </Text>
              )}
            </AriaToastContent>
            {action && (
              <Button
                slot={null}
                size="small"
                variant="quiet"
                onPress={() => {
                  // Whoever hears that it has gone knows by then what was done.
                  action.onAction();
                  toasts.close(toast.key);
                }}
              >
                {action.label}
              </Button>
            )}
            <AriaButton slot="close" aria-label={closeLabel} className={styles.close}>
              <Icon name="close" size={14} />
            </AriaButton>
          </AriaToast>
        );
      }}
    </AriaToastRegion>
  );
}
