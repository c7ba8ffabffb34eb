import { ComboBox } from '@banyan/ui';
import { useDeferredValue } from 'react';
import { useTranslations } from 'use-intl';
import { useApiQuery, useFeature } from '../../api/index.ts';
import { LONGEST } from './criteria.ts';
import { useCountryName } from './use-country-name.ts';

const PLACES = 'GET /api/v1/jobs/places';
const MOST = 8;

/** A place that jobs are to be near: what is typed, or one of those whose names begin so. */
export function PlaceField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const t = useTranslations('jobs.bar');
  const countryName = useCountryName();
  const isThere = useFeature(PLACES) === 'there';
  const q = useDeferredValue(value.trim());
  const { data } = useApiQuery(
    PLACES,
    { params: { query: { q, limit: MOST } } },
    { enabled: isThere && q !== '', placeholderData: (before) => before },
  );
  return (
    <ComboBox
      label={t('place')}
      placeholder={t('placeNear')}
      emptyText={t('noPlace')}
      allowsCustomValue
      inputValue={value}
      onInputChange={(text) => onChange(text.slice(0, LONGEST.near))}
      options={(data?.places ?? []).map(({ near, country }) => ({
        id: near,
        label: near,
        description: countryName(country),
      }))}
    />
  );
}
