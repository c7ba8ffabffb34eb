import type { ReactElement, ReactNode } from 'react';
import styles from './Banner.module.css';
import { classes } from './classes.ts';
import { Icon } from './Icon.tsx';
import { IconButton } from './IconButton.tsx';
import { type Tone, toneIcons } from './tones.ts';

export interface BannerProps {
  tone?: Tone;
  title?: string;
  children?: ReactNode;
  /** A button or a link. */
  action?: ReactNode;
  /** Read at once (danger) or when there is time (the others); false where it is part of the page from the start. */
  isLive?: boolean;
  onClose?: () => void;
  closeLabel?: string;
}

/** Something that holds for the page as long as it stands there: offline, waiting, out of date. */
export function Banner({
  tone = 'info',
  title,
  children,
  action,
  isLive = true,
  onClose,
  closeLabel,
}: BannerProps): ReactElement {
  return (
    <div
      {...(isLive && { role: tone === 'danger' ? 'alert' : 'status' })}
      className={classes(styles.banner, styles[tone])}
    >
      <span className={styles.sign}>
        <Icon name={toneIcons[tone]} size={18} />
      </span>
      <div className={styles.content}>
        {title && <p className={styles.title}>{title}</p>}
        {children && <div className={styles.text}>{children}</div>}
      </div>
      {action}
      {onClose && closeLabel && <IconButton icon="close" size="small" label={closeLabel} onPress={onClose} />}
    </div>
  );
}
