import { folded } from './names.ts';

/** A country by ISO 3166, or a region of it by the code that GeoNames has for it. */
export type Area = { country: string; region?: string };

/**
 * Countries and regions that a folded name may mean: `ca` is California and Canada. Countries by their codes and names, in English and German;
 * regions of those countries whose places are usually told apart by them. None: it is no area. Pure.
 */
export function areasOf(name: string): readonly Area[] {
  return AREAS.get(name) ?? [];
}

/** A region as it is written behind a place to tell which one it is; null where that is not done. */
export function regionName(country: string, region: string): string | null {
  return (country === 'US' || country === 'CA' ? LABELS[`${country} ${region}`] : undefined) ?? null;
}

/** By country: each region's code in GeoNames, and what it is called. */
const REGIONS: Readonly<Record<string, string>> = {
  US: `AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware, DC District of Columbia,
    FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa, KS Kansas, KY Kentucky, LA Louisiana, ME Maine, MD Maryland,
    MA Massachusetts, MI Michigan, MN Minnesota, MS Mississippi, MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire,
    NJ New Jersey, NM New Mexico, NY New York, NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania,
    RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah, VT Vermont, VA Virginia, WA Washington,
    WV West Virginia, WI Wisconsin, WY Wyoming`,
  CA: `01 Alberta = AB, 02 British Columbia = BC, 03 Manitoba = MB, 04 New Brunswick = NB, 05 Newfoundland and Labrador = NL,
    07 Nova Scotia = NS, 08 Ontario = ON, 09 Prince Edward Island = PE, 10 Quebec = QC, 11 Saskatchewan = SK, 12 Yukon = YT,
    13 Northwest Territories = NT, 14 Nunavut = NU`,
  GB: 'ENG England, SCT Scotland, WLS Wales, NIR Northern Ireland',
  DE: `01 Baden-Württemberg = BW, 02 Bayern = Bavaria, 03 Bremen, 04 Hamburg, 05 Hessen = Hesse, 06 Niedersachsen = Lower Saxony,
    07 Nordrhein-Westfalen = North Rhine-Westphalia = NRW, 08 Rheinland-Pfalz = Rhineland-Palatinate, 09 Saarland, 10 Schleswig-Holstein,
    11 Brandenburg, 12 Mecklenburg-Vorpommern, 13 Sachsen = Saxony, 14 Sachsen-Anhalt = Saxony-Anhalt, 15 Thüringen = Thuringia, 16 Berlin`,
};

/** Names of countries beside those that are in use by authorities. */
const OTHER_COUNTRIES: Readonly<Record<string, string>> = {
  usa: 'US',
  'united states of america': 'US',
  uk: 'GB',
  'great britain': 'GB',
  holland: 'NL',
  'the netherlands': 'NL',
  'czech republic': 'CZ',
  turkey: 'TR',
  uae: 'AE',
  korea: 'KR',
};

const LABELS: Record<string, string> = {};
const AREAS = allAreas();

function allAreas(): Map<string, Area[]> {
  const areas = new Map<string, Area[]>();
  const add = (name: string, area: Area) => areas.set(name, [...(areas.get(name) ?? []), area]);
  for (const [country, names] of countries()) for (const name of names) add(name, { country });
  for (const [country, list] of Object.entries(REGIONS))
    for (const line of list.split(',')) {
      const [, region, said] = /^\s*(\S+)\s+(.+)$/s.exec(line)!;
      const names = said!.split('=').map((name) => name.trim());
      const label = country === 'US' ? region! : (names.find((name) => /^[A-Z]{2}$/.test(name)) ?? region!);
      LABELS[`${country} ${region}`] = label;
      for (const name of new Set([...names.map(folded), folded(label)]))
        if (name !== '') add(name, { country, region: region! });
    }
  return areas;
}

function countries(): Map<string, Set<string>> {
  const languages = ['en', 'de'].map(
    (language) => new Intl.DisplayNames(language, { type: 'region', fallback: 'none' }),
  );
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
  const codes = letters.flatMap((first) => letters.map((second) => first + second)).filter(isCountry);
  const found = new Map<string, Set<string>>();
  for (const code of codes) {
    const names = languages.flatMap((names) => names.of(code) ?? []);
    if (names.length > 0) found.set(code, new Set([folded(code), ...names.map(folded)]));
  }
  for (const [name, code] of Object.entries(OTHER_COUNTRIES)) found.get(code)!.add(name);
  return found;
}

/** Codes that `Intl` knows for groups of countries, or for nothing. */
function isCountry(code: string): boolean {
  return !['EU', 'EZ', 'UN', 'UK', 'QO', 'XA', 'XB', 'ZZ'].includes(code);
}
