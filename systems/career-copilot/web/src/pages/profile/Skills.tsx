import { Button, Card, Stack, Tags } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApiQuery } from '../../api/index.ts';
import { FormField, fieldId } from '../../forms/index.ts';
import { Adder } from './Adder.tsx';
import styles from './Profile.module.css';
import type { ProfileFormOf } from './profile-entry.ts';
import { skillsToSuggest, withSkills } from './skills.ts';

/** Of so many open jobs it is looked at what they ask for. */
const JOBS = 100;
const HOUR_MS = 3_600_000;

/** Skills as tags: typed, pasted, or taken of what open jobs ask for. */
export function Skills({ form }: { form: ProfileFormOf }) {
  const t = useTranslations('profile.skills');
  const [typed, setTyped] = useState('');
  const jobs = useApiQuery(
    'GET /api/v1/jobs',
    { params: { query: { limit: JOBS } } },
    { staleTime: HOUR_MS },
  );
  const wanted = (jobs.data?.jobs ?? []).map(({ requirements }) => requirements);
  return (
    <Card title={t('title')} description={t('lead')}>
      <FormField form={form} name="skills">
        {({ value, onChange, error }) => {
          const add = (skill: string) => {
            onChange(withSkills(value, skill));
            setTyped('');
          };
          const suggested = skillsToSuggest(wanted, value, typed);
          return (
            <Stack gap={4}>
              <Tags
                label={t('label')}
                isLabelHidden
                tags={value.map((skill) => ({ id: skill, label: skill }))}
                onRemove={(removed) => onChange(value.filter((skill) => !removed.includes(skill)))}
                emptyText={t('empty')}
              />
              <Adder
                id={fieldId(form, 'skills')}
                label={t('add')}
                description={t('addHint')}
                buttonLabel={t('addButton')}
                error={error}
                value={typed}
                onChange={setTyped}
                onAdd={add}
              />
              <div className={styles.suggestions}>
                {suggested.length > 0 && <p>{t('suggested')}</p>}
                {suggested.map((skill) => (
                  <Button
                    key={skill}
                    size="small"
                    icon="add"
                    aria-label={t('addOne', { skill })}
                    onPress={() => add(skill)}
                  >
                    {skill}
                  </Button>
                ))}
              </div>
            </Stack>
          );
        }}
      </FormField>
    </Card>
  );
}
