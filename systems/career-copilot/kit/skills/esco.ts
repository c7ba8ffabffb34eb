import { OWN_SKILLS, type SkillEntry } from './taxonomy.ts';

/** Columns of ESCO's `skills_en.csv` that are read; its others are left alone. */
const COLUMNS = ['preferredLabel', 'altLabels'] as const;

export class TaxonomyError extends Error {
  override name = 'TaxonomyError';
}

/**
 * Skills of ESCO's published CSV beside our own: what both have keeps our label and gets ESCO's other ways to write it. ESCO's words are
 * taken in lists of skills wherever they are single words, since many of them ("cooking", "planning") are ordinary ones. Throws `TaxonomyError`.
 */
export function withEsco(csv: string, own: readonly SkillEntry[] = OWN_SKILLS): SkillEntry[] {
  const entries = new Map(own.map((entry) => [entry.label.toLowerCase(), entry]));
  const owners = new Map(
    own.flatMap(({ label, written }) => written.map(({ text }) => [text.toLowerCase(), label.toLowerCase()])),
  );
  for (const { preferredLabel, altLabels } of rowsOf(csv)) {
    if (preferredLabel === '') continue;
    const names = [preferredLabel, ...altLabels.split('\n')].map((name) => name.trim()).filter(Boolean);
    const key = owners.get(preferredLabel.toLowerCase()) ?? preferredLabel.toLowerCase();
    const known = entries.get(key);
    const fresh = names.filter((name) => !owners.has(name.toLowerCase()));
    for (const name of fresh) owners.set(name.toLowerCase(), key);
    const written = fresh.map((text) => ({
      text,
      mark: text.includes(' ') ? ('anywhere' as const) : ('in lists' as const),
    }));
    entries.set(key, {
      label: known?.label ?? preferredLabel,
      written: [...(known?.written ?? []), ...written],
    });
  }
  return [...entries.values()];
}

type Row = Record<(typeof COLUMNS)[number], string>;

function rowsOf(csv: string): Row[] {
  const [header = [], ...rows] = parseCsv(csv.replace(/^\uFEFF/, ''));
  const missing = COLUMNS.filter((column) => !header.includes(column));
  if (missing.length > 0)
    throw new TaxonomyError(
      `the skills have no column ${missing.join(', ')}: take skills_en.csv of ESCO's download, with its header`,
    );
  const places = COLUMNS.map((column) => header.indexOf(column));
  return rows.map((row) => {
    const [preferredLabel = '', altLabels = ''] = places.map((place) => row[place]);
    return { preferredLabel, altLabels };
  });
}

/** RFC 4180: fields in quotes may have commas, line ends and doubled quotes in them. */
function parseCsv(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
