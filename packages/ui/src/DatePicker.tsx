import type { CalendarDate, CalendarDateTime } from '@internationalized/date';
import type { ReactElement } from 'react';
import {
  DatePicker as AriaDatePicker,
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  DateInput,
  DateSegment,
  Dialog,
  Group,
  Heading,
  Popover,
} from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './DatePicker.module.css';
import { dayOf, momentOf, textOf } from './date-values.ts';
import fieldStyles from './Field.module.css';
import { FieldLabel, FieldNotes, type FieldProps, fieldBehaviour } from './Field.tsx';
import { Icon } from './Icon.tsx';

export interface DatePickerProps extends Omit<FieldProps<string | null>, 'defaultValue'> {
  /** "day": the value is "2026-11-27"; "minute": "2026-11-27T10:30", of no zone. */
  granularity?: 'day' | 'minute';
  /** The earliest and the latest, in the form of the value. */
  minValue?: string;
  maxValue?: string;
}

/** A day, with or without a time, typed or found on a calendar. */
export function DatePicker(props: DatePickerProps): ReactElement {
  const { value, onChange, granularity = 'day', minValue, maxValue, ...field } = props;
  const parse: (text: string | null | undefined) => CalendarDate | CalendarDateTime | null =
    granularity === 'day' ? dayOf : momentOf;
  return (
    <AriaDatePicker<CalendarDate | CalendarDateTime>
      {...fieldBehaviour<CalendarDate>(field as FieldProps<CalendarDate>)}
      {...(value !== undefined && { value: parse(value) })}
      minValue={parse(minValue)}
      maxValue={parse(maxValue)}
      granularity={granularity}
      onChange={(chosen) => onChange?.(textOf(chosen))}
    >
      <FieldLabel {...props} />
      <Group className={fieldStyles.control}>
        <DateInput className={fieldStyles.segments}>
          {(segment) => <DateSegment segment={segment} className={fieldStyles.segment} />}
        </DateInput>
        <Button className={fieldStyles.inner}>
          <Icon name="calendar" />
        </Button>
      </Group>
      <FieldNotes {...props} />
      <Popover className={styles.popover} offset={4}>
        <Dialog className={styles.dialog}>
          <MonthCalendar />
        </Dialog>
      </Popover>
    </AriaDatePicker>
  );
}

function MonthCalendar(): ReactElement {
  return (
    <Calendar>
      <header className={styles.head}>
        <Button slot="previous" className={styles.turn}>
          <Icon name="left" />
        </Button>
        <Heading className={styles.month} />
        <Button slot="next" className={styles.turn}>
          <Icon name="right" />
        </Button>
      </header>
      <CalendarGrid className={styles.grid} weekdayStyle="short">
        <CalendarGridHeader>
          {(day) => <CalendarHeaderCell className={styles.weekday}>{day}</CalendarHeaderCell>}
        </CalendarGridHeader>
        <CalendarGridBody>
          {(date) => (
            <CalendarCell
              date={date}
              className={({ isToday }) => classes(styles.day, isToday && styles.today)}
            />
          )}
        </CalendarGridBody>
      </CalendarGrid>
    </Calendar>
  );
}
