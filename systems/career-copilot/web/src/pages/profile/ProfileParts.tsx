import { Card, Icon, Meter, Stack } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import styles from './Profile.module.css';
import { type ProfileEntry, partsOf } from './profile-entry.ts';

/** Where each part is entered. */
const FIELDS = {
  headline: 'headline',
  skills: 'skills',
  location: 'location',
  wishes: 'wishes.salary',
  phone: 'phone',
} as const;

/** How much of a profile is there; what is missing leads to its field. */
export function ProfileParts({
  entry,
  onSelect,
}: {
  entry: ProfileEntry;
  onSelect: (field: string) => void;
}) {
  const t = useTranslations('profile.parts');
  const parts = partsOf(entry);
  const missing = parts.filter(({ isThere }) => !isThere);
  const there = parts.length - missing.length;
  return (
    <Card title={t('title')}>
      <Stack gap={3}>
        <Meter
          label={t('meter')}
          value={there}
          maxValue={parts.length}
          valueLabel={t('value', { there, all: parts.length })}
          tone={missing.length === 0 ? 'good' : 'accent'}
        />
        {missing.length === 0 ? (
          <p>{t('done')}</p>
        ) : (
          <>
            <p>{t('missing')}</p>
            <ul className={styles.missing}>
              {missing.map(({ part }) => (
                <li key={part}>
                  <button type="button" onClick={() => onSelect(FIELDS[part])}>
                    <Icon name="add" size={14} />
                    {t(part)}
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </Stack>
    </Card>
  );
}
