import { Select, Switch } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import {
  type Changes,
  DISTANCES,
  distanceChanges,
  type JobsSearch,
  placeOf,
  USUAL_DISTANCE,
} from './criteria.ts';

/** How far jobs may be from the place, and whether remote ones count as well; nothing to choose before there is a place. */
export function DistanceFields({
  criteria,
  onChange,
}: {
  criteria: JobsSearch;
  onChange: (changes: Changes) => void;
}) {
  const t = useTranslations('jobs.filters');
  const { near, within = USUAL_DISTANCE, or_remote } = criteria;
  const hasPlace = placeOf(criteria) !== '';
  const offered = [...new Set<number>([...DISTANCES, within])].toSorted((a, b) => a - b);
  return (
    <>
      <Select
        label={t('distance')}
        placeholder={t('anyDistance')}
        isDisabled={!hasPlace}
        description={hasPlace ? undefined : t('distanceNeedsPlace')}
        value={near === undefined ? 'any' : String(within)}
        onChange={(id) => onChange(distanceChanges(criteria, id === 'any' ? undefined : Number(id)))}
        options={[
          { id: 'any', label: t('anyDistance') },
          ...offered.map((km) => ({ id: String(km), label: t('within', { km }) })),
        ]}
      />
      {near !== undefined && (
        <Switch
          isSelected={or_remote === true}
          onChange={(isOn) => onChange({ or_remote: isOn ? true : undefined })}
        >
          {t('orRemote')}
        </Switch>
      )}
    </>
  );
}
