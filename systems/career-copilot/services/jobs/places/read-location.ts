import { areasOf, regionName } from './areas.ts';
import { type Gazetteer, liesIn, type Place } from './gazetteer.ts';
import { folded } from './names.ts';

/**
 * The places that a text names, as postings write them: `Berlin, Germany`, `New York, NY; London`, `Remote (Munich or Vienna)`. Of several places of
 * one name that lie where the text says the one with most people is meant. Countries and regions alone are no places: nothing can be so and so
 * far from one. Pure.
 */
export function placesIn(text: string, gazetteer: Gazetteer): Place[] {
  return [...new Set(text.split(BETWEEN_PLACES).flatMap((part) => placesOfPart(part, gazetteer)))].slice(
    0,
    MOST_PLACES,
  );
}

/** The place that somebody asks for; undefined: none is known by that name. Pure. */
export function placeIn(text: string, gazetteer: Gazetteer): Place | undefined {
  return placesIn(text, gazetteer)[0];
}

/** A text that is read as this place; undefined if there is none, since another one of its name has more people. */
export function textOf(place: Place, gazetteer: Gazetteer): string | undefined {
  const { name, country } = place;
  const region = regionName(country, place.region);
  const text = [name, region, country].filter((part) => part !== null).join(', ');
  return placeIn(text, gazetteer) === place ? text : undefined;
}

/** As many as are kept of one text. */
const MOST_PLACES = 20;
const BETWEEN_PLACES = /[;|\n•/&]|\s(?:or|and|und|oder)\s/i;
const BETWEEN_NAMES = /[,()[\]:]|\s[-–—]\s/;
/** What stands beside a name and is none. */
const NO_NAMES =
  /(?<!\p{L})(?:remote|remotely|hybrid|on site|onsite|in office|office|headquarters|hq|home office|homeoffice|home|based|fully|partly|only|flexible|greater|metropolitan|metro|area|region|raum|grossraum|city of|within|near|bei|in|eu|eea|emea|apac)(?!\p{L})/gu;
/** A place with the name of an area is meant by it if it has so many people, or is the capital: Luxembourg, New York. */
const LARGE = 100_000;

function placesOfPart(part: string, gazetteer: Gazetteer): Place[] {
  /** Places that are named so far, each with those that may be meant. */
  let named: (readonly Place[])[] = [];
  for (const token of part.split(BETWEEN_NAMES).map(folded)) {
    for (const name of namesIn(token, gazetteer)) {
      const areas = areasOf(name);
      if (areas.length > 0 && named.length > 0) {
        const within = named.map((places) => places.filter((place) => liesIn(place, areas)));
        if (within.some((places) => places.length > 0)) {
          named = named.map((places, index) => (within[index]!.length > 0 ? within[index]! : places));
          continue;
        }
        const other = largeIn(name, gazetteer);
        // What lies in none of the areas that are said is not known to lie anywhere.
        named = other.length > 0 ? [...named, other] : [];
      } else {
        const places = areas.length > 0 ? largeIn(name, gazetteer) : gazetteer.find(name);
        if (places.length > 0) named.push(places);
      }
    }
  }
  return named.flatMap(([first]) => first ?? []);
}

/** A name as it stands, or without what is none; or two of them that nothing stands between: `Berlin Germany`, `San Jose CA`. */
function namesIn(token: string, gazetteer: Gazetteer): string[] {
  const isName = (name: string) => areasOf(name).length > 0 || gazetteer.find(name).length > 0;
  const rest = token.replace(NO_NAMES, ' ').replace(/\s+/g, ' ').trim();
  for (const name of [token, rest]) if (name !== '' && !IS_NONE.test(name) && isName(name)) return [name];
  const words = rest.split(' ');
  for (let last = 1; last < words.length && last <= 3; last++) {
    const [name, area] = [words.slice(0, -last).join(' '), words.slice(-last).join(' ')];
    if (areasOf(area).length > 0 && gazetteer.find(name).length > 0) return [name, area];
  }
  return [];
}

const IS_NONE = /^(?:home|in|hybrid|remote|eu|eea|emea|apac)$/;

function largeIn(name: string, gazetteer: Gazetteer): readonly Place[] {
  const areas = areasOf(name);
  return gazetteer
    .find(name)
    .filter(
      (place) =>
        (place.isCapital || place.population >= LARGE) &&
        areas.some(({ country }) => country === place.country),
    );
}
