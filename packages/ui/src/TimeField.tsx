import type { Time } from '@internationalized/date';
import type { ReactElement } from 'react';
import { TimeField as AriaTimeField, DateInput, DateSegment } from 'react-aria-components';
import { classes } from './classes.ts';
import { textOf, timeOf } from './date-values.ts';
import styles from './Field.module.css';
import { FieldLabel, FieldNotes, type FieldProps, fieldBehaviour } from './Field.tsx';

export type TimeFieldProps = Omit<FieldProps<string | null>, 'defaultValue'>;

/** A time of day, in 12 or 24 hours by the user's language. Value: "10:30". */
export function TimeField(props: TimeFieldProps): ReactElement {
  const { value, onChange, ...field } = props;
  return (
    <AriaTimeField<Time>
      {...fieldBehaviour<Time>(field as FieldProps<Time>)}
      {...(value !== undefined && { value: timeOf(value) })}
      onChange={(time) => onChange?.(textOf(time))}
    >
      <FieldLabel {...props} />
      <DateInput className={classes(styles.control, styles.segments)}>
        {(segment) => <DateSegment segment={segment} className={styles.segment} />}
      </DateInput>
      <FieldNotes {...props} />
    </AriaTimeField>
  );
}
