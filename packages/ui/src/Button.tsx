import type { ReactElement, ReactNode, Ref } from 'react';
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Link as AriaLink,
} from 'react-aria-components';
import styles from './Button.module.css';
import { classes } from './classes.ts';
import { Icon, type IconName } from './Icon.tsx';
import { Spinner } from './Spinner.tsx';

export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';

interface Looks {
  /** One primary a view; danger for what destroys. */
  variant?: ButtonVariant;
  size?: 'medium' | 'small';
  icon?: IconName;
  /** As wide as what it lies in. */
  isWide?: boolean;
  children: ReactNode;
}

export interface ButtonProps
  extends Looks,
    Pick<
      AriaButtonProps,
      | 'type'
      | 'onPress'
      | 'isDisabled'
      | 'autoFocus'
      | 'form'
      | 'id'
      | 'name'
      | 'value'
      | 'slot'
      | 'aria-label'
      | 'aria-describedby'
      | 'aria-expanded'
      | 'aria-controls'
    > {
  /** What it started is under way: it keeps size and focus, and does nothing when pressed. */
  isPending?: boolean;
  /** Said to screen readers while pending. */
  pendingLabel?: string;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({
  variant,
  size,
  icon,
  isWide,
  children,
  isPending,
  pendingLabel,
  ...rest
}: ButtonProps): ReactElement {
  return (
    <AriaButton {...rest} isPending={isPending ?? false} className={buttonClass({ variant, size, isWide })}>
      <span className={styles.content}>
        {icon && <Icon name={icon} />}
        {children}
      </span>
      {isPending && (
        <span className={styles.pending}>
          <Spinner label={pendingLabel} />
        </span>
      )}
    </AriaButton>
  );
}

export interface LinkButtonProps extends Looks {
  href: string;
  /** The browser saves what is there under this name. */
  download?: string;
  target?: '_blank';
  'aria-label'?: string;
}

/** What leads to another page and looks like a button. */
export function LinkButton({
  variant,
  size,
  icon,
  isWide,
  children,
  target,
  ...rest
}: LinkButtonProps): ReactElement {
  return (
    <AriaLink
      {...rest}
      {...(target && { target, rel: 'noopener noreferrer' })}
      className={buttonClass({ variant, size, isWide })}
    >
      <span className={styles.content}>
        {icon && <Icon name={icon} />}
        {children}
      </span>
    </AriaLink>
  );
}

function buttonClass({
  variant = 'secondary',
  size = 'medium',
  isWide = false,
}: Omit<Looks, 'children'>): string {
  return classes(styles.button, styles[variant], size === 'small' && styles.small, isWide && styles.wide);
}
