import type { Places } from '../../../api/jobs.ts';
import { areasOf, regionName } from './areas.ts';
import { gazetteer, liesIn } from './gazetteer.ts';
import { folded } from './names.ts';
import { textOf } from './read-location.ts';

/** Places whose names begin as a text does, in the area behind its comma if it names one (`spring, mo`): those that a search can be near. */
export function suggestedPlaces(text: string, limit: number): Places['places'] {
  const [name = '', ...areas] = text.split(',').map(folded);
  const within = areas.flatMap(areasOf);
  const known = gazetteer();
  return known
    .begins(name, 4 * limit, (place) => within.length === 0 || liesIn(place, within))
    .flatMap((place) => {
      const near = textOf(place, known);
      if (near === undefined) return [];
      const { name, country, region, latitude, longitude } = place;
      return [{ near, name, region: regionName(country, region), country, latitude, longitude }];
    })
    .slice(0, limit);
}
