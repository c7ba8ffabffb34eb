import { Card, CheckboxGroup, NumberField, RadioGroup, Stack, Tags } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { FormField, fieldId } from '../../forms/index.ts';
import { Adder } from './Adder.tsx';
import styles from './Profile.module.css';
import { JOB_TYPES, MOST_PLACES, type ProfileFormOf, REMOTE, type Remote } from './profile-entry.ts';
import { withSkills as withNames } from './skills.ts';

/** What somebody looks for: salary, places, and how they want to work. */
export function Wishes({ form }: { form: ProfileFormOf }) {
  const t = useTranslations('profile.wishes');
  return (
    <Card title={t('title')} description={t('lead')}>
      <div className={styles.fields}>
        <FormField form={form} name="wishes.salary">
          {(field) => (
            <NumberField
              label={t('salary')}
              description={t('salaryHint')}
              minValue={0}
              step={1_000}
              formatOptions={{ style: 'currency', currency: 'USD', maximumFractionDigits: 0 }}
              {...field}
            />
          )}
        </FormField>
        <Places form={form} />
        <FormField form={form} name="wishes.remote">
          {({ value, onChange, name }) => (
            <RadioGroup
              label={t('remote')}
              name={name}
              value={value}
              onChange={(way) => onChange(way as Remote)}
              options={REMOTE.map((id) => ({ id, label: t(`remoteWays.${id}`) }))}
            />
          )}
        </FormField>
        <FormField form={form} name="wishes.jobTypes">
          {({ value, onChange, name }) => (
            <CheckboxGroup
              label={t('jobTypes')}
              name={name}
              value={value}
              onChange={onChange}
              options={JOB_TYPES.map((id) => ({ id, label: t(`jobType.${id}`) }))}
            />
          )}
        </FormField>
      </div>
    </Card>
  );
}

function Places({ form }: { form: ProfileFormOf }) {
  const t = useTranslations('profile');
  const [typed, setTyped] = useState('');
  return (
    <FormField form={form} name="wishes.places">
      {({ value, onChange }) => (
        <Stack gap={3}>
          <Tags
            label={t('wishes.places')}
            tags={value.map((place) => ({ id: place, label: place }))}
            onRemove={(removed) => onChange(value.filter((place) => !removed.includes(place)))}
            emptyText={t('wishes.placesEmpty')}
          />
          <Adder
            id={fieldId(form, 'wishes.places')}
            label={t('wishes.addPlace')}
            description={t('wishes.placeHint')}
            buttonLabel={t('skills.addButton')}
            value={typed}
            onChange={setTyped}
            onAdd={(place) => {
              onChange(withNames(value, place, MOST_PLACES));
              setTyped('');
            }}
          />
        </Stack>
      )}
    </FormField>
  );
}
