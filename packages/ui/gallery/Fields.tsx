import { type ReactElement, useState } from 'react';
import {
  Button,
  Card,
  Checkbox,
  CheckboxGroup,
  ComboBox,
  DateField,
  DatePicker,
  ErrorSummary,
  FileDrop,
  NumberField,
  RadioGroup,
  SearchField,
  Select,
  Stack,
  Switch,
  TextArea,
  TextField,
  TimeField,
} from '../src/index.ts';
import styles from './gallery.module.css';

const kinds = [
  { id: 'full', label: 'Full time' },
  { id: 'part', label: 'Part time', description: 'Up to 30 hours a week' },
  { id: 'contract', label: 'Contract' },
];

export function Fields(): ReactElement {
  const [attempt, setAttempt] = useState(0);
  const [day, setDay] = useState<string | null>('2026-11-27');
  const [moment, setMoment] = useState<string | null>('2026-11-27T10:30');
  const [city, setCity] = useState<string | null>(null);
  return (
    <Stack>
      <div className={styles.columns}>
        <TextField label="Name" isRequired autoComplete="name" defaultValue="Ada Lovelace" />
        <TextField
          label="E-mail"
          type="email"
          id="email"
          error="Write an address such as name@example.org"
          defaultValue="ada@"
        />
        <TextField label="Website" isDisabled defaultValue="https://example.org" />
        <NumberField
          label="Salary from"
          description="A year, before tax"
          defaultValue={60000}
          step={1000}
          formatOptions={{ style: 'currency', currency: 'EUR', maximumFractionDigits: 0 }}
        />
        <SearchField
          label="Search"
          placeholder="Title, skill or company"
          clearLabel="Clear"
          defaultValue="engineer"
        />
        <Select label="Kind" options={kinds} placeholder="Any kind" />
        <ComboBox
          label="City"
          options={['Aachen', 'Berlin', 'Bremen', 'Dresden', 'Hamburg'].map((label) => ({
            id: label,
            label,
          }))}
          value={city}
          onChange={setCity}
          emptyText="No such city"
          placeholder="Type to find"
        />
        <DateField label="Birthday" value="1990-12-10" />
        <DatePicker label="Available from" value={day} onChange={setDay} />
        <DatePicker label="Interview" granularity="minute" value={moment} onChange={setMoment} />
        <TimeField label="Quiet from" value="22:00" />
        <TextArea label="Notes" rows={3} placeholder="What you want to remember" />
        <CheckboxGroup
          label="Work"
          defaultValue={['remote']}
          options={[
            { id: 'remote', label: 'Remote', count: '1,204', countLabel: '1,204 jobs' },
            { id: 'hybrid', label: 'Hybrid', count: '312', countLabel: '312 jobs' },
            { id: 'office', label: 'At the office', count: '88', countLabel: '88 jobs' },
          ]}
        />
        <RadioGroup
          label="Alert"
          defaultValue="daily"
          options={[
            { id: 'daily', label: 'Daily' },
            { id: 'weekly', label: 'Weekly', description: 'On Monday morning' },
          ]}
        />
        <Stack gap={2}>
          <Checkbox defaultSelected>Remember this device</Checkbox>
          <Checkbox isIndeterminate>All applications</Checkbox>
          <Checkbox isDisabled>Not possible here</Checkbox>
          <Checkbox error="Needed to go on">I accept the terms</Checkbox>
          <Switch defaultSelected description="At most one a day">
            E-mails
          </Switch>
          <Switch>Push messages</Switch>
        </Stack>
        <FileDrop
          title="Drop your résumé here"
          description="PDF, DOCX or JSON Resume, up to 10 MB"
          buttonLabel="Choose a file"
          accept={['application/pdf', '.docx', '.json']}
          onFiles={() => {}}
        />
        <FileDrop
          title="Drop your résumé here"
          buttonLabel="Choose a file"
          accept={['application/pdf']}
          progress={{ label: 'resume.pdf', percent: 62 }}
          onFiles={() => {}}
        />
      </div>
      <Card title="A form that could not be sent" level={3}>
        <Stack>
          <ErrorSummary
            title="Two fields need your attention"
            attempt={attempt}
            errors={
              attempt === 0
                ? []
                : [
                    { text: 'Write an address such as name@example.org', fieldId: 'email' },
                    { text: 'The two passwords differ' },
                  ]
            }
          />
          <Button onPress={() => setAttempt(attempt + 1)}>Send the form</Button>
        </Stack>
      </Card>
    </Stack>
  );
}
