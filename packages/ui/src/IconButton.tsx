import type { ReactElement } from 'react';
import { Button, type ButtonProps, Tooltip, TooltipTrigger } from 'react-aria-components';
import { classes } from './classes.ts';
import { Icon, type IconName } from './Icon.tsx';
import styles from './IconButton.module.css';

export interface IconButtonProps
  extends Pick<
    ButtonProps,
    'onPress' | 'isDisabled' | 'slot' | 'aria-expanded' | 'aria-pressed' | 'aria-describedby'
  > {
  icon: IconName;
  /** What it does: its name for screen readers, and the tooltip. */
  label: string;
  size?: 'medium' | 'small';
}

/** A button of an icon alone; what it does is told when it is pointed at or has the focus. */
export function IconButton({ icon, label, size = 'medium', ...rest }: IconButtonProps): ReactElement {
  return (
    <TooltipTrigger delay={400}>
      <Button
        {...rest}
        aria-label={label}
        className={classes(styles.button, size === 'small' && styles.small)}
      >
        <Icon name={icon} size={size === 'small' ? 16 : 18} />
      </Button>
      <Tooltip offset={6} className={styles.tooltip}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
