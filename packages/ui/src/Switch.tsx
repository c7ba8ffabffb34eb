import type { ReactElement, ReactNode, Ref } from 'react';
import { Switch as AriaSwitch } from 'react-aria-components';
import styles from './Choice.module.css';

export interface SwitchProps {
  children?: ReactNode;
  'aria-label'?: string;
  description?: ReactNode;
  name?: string;
  isSelected?: boolean;
  defaultSelected?: boolean;
  isDisabled?: boolean;
  isReadOnly?: boolean;
  onChange?: (isSelected: boolean) => void;
  onBlur?: () => void;
  inputRef?: Ref<HTMLInputElement | null>;
}

/** On or off, and at once; what is only sent with its form is a Checkbox. */
export function Switch({ children, description, ...rest }: SwitchProps): ReactElement {
  return (
    <AriaSwitch {...rest} className={styles.choice}>
      <span className={styles.track}>
        <span className={styles.thumb} />
      </span>
      {children && (
        <span className={styles.texts}>
          <span>{children}</span>
          {description && <span className={styles.description}>{description}</span>}
        </span>
      )}
    </AriaSwitch>
  );
}
