import type { CalendarDate } from '@internationalized/date';
import type { ReactElement } from 'react';
import { DateField as AriaDateField, DateInput, DateSegment } from 'react-aria-components';
import { classes } from './classes.ts';
import { dayOf, textOf } from './date-values.ts';
import styles from './Field.module.css';
import { FieldLabel, FieldNotes, type FieldProps, fieldBehaviour } from './Field.tsx';

export interface DateFieldProps extends Omit<FieldProps<string | null>, 'defaultValue'> {
  /** The earliest and the latest day, "2026-11-27". */
  minValue?: string;
  maxValue?: string;
}

/** A day that is known by heart (a birthday): typed, in the order of the user's language. Value: "2026-11-27". */
export function DateField(props: DateFieldProps): ReactElement {
  const { value, onChange, minValue, maxValue, ...field } = props;
  return (
    <AriaDateField<CalendarDate>
      {...fieldBehaviour<CalendarDate>(field as FieldProps<CalendarDate>)}
      {...(value !== undefined && { value: dayOf(value) })}
      minValue={dayOf(minValue)}
      maxValue={dayOf(maxValue)}
      onChange={(day) => onChange?.(textOf(day))}
    >
      <FieldLabel {...props} />
      <DateInput className={classes(styles.control, styles.segments)}>
        {(segment) => <DateSegment segment={segment} className={styles.segment} />}
      </DateInput>
      <FieldNotes {...props} />
    </AriaDateField>
  );
}
