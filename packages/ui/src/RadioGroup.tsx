import type { ReactElement } from 'react';
import { RadioGroup as AriaRadioGroup, Radio } from 'react-aria-components';
import styles from './Choice.module.css';
import { FieldLabel, FieldNotes, type FieldProps, fieldBehaviour } from './Field.tsx';

export interface RadioGroupProps extends FieldProps<string> {
  options: Array<{ id: string; label: string; description?: string; isDisabled?: boolean }>;
  orientation?: 'vertical' | 'horizontal';
}

/** One of a few, all of which are seen. */
export function RadioGroup(props: RadioGroupProps): ReactElement {
  const { options, orientation = 'vertical' } = props;
  return (
    <AriaRadioGroup {...fieldBehaviour(props)} orientation={orientation}>
      <FieldLabel {...props} />
      <div className={orientation === 'horizontal' ? styles.row : styles.column}>
        {options.map((option) => (
          <Radio
            key={option.id}
            value={option.id}
            isDisabled={option.isDisabled ?? false}
            className={styles.choice}
          >
            <span className={styles.ring} />
            <span className={styles.texts}>
              <span>{option.label}</span>
              {option.description && <span className={styles.description}>{option.description}</span>}
            </span>
          </Radio>
        ))}
      </div>
      <FieldNotes {...props} />
    </AriaRadioGroup>
  );
}
