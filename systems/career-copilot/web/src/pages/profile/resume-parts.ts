import { type Static, Type } from 'typebox';
import { Education, type Language, Resume, Work } from '../../../../api/resume.ts';

/** Parts of a résumé that are lists of stations of a life. */
export const PARTS = ['work', 'education'] as const;
export type Part = (typeof PARTS)[number];
export type Station = Work & Education;

const NAME = Type.String({ minLength: 1, maxLength: 500 });

/** What is entered of a station; the rest of it stays as it is. */
export const FORMS = {
  work: Type.Object({ ...Type.Omit(Work, ['url', 'highlights']).properties, position: NAME }),
  education: Type.Object({ ...Education.properties, institution: NAME }),
};
export type StationEntry = Partial<Static<(typeof FORMS)['work']> & Static<(typeof FORMS)['education']>>;

/** Fields in the order in which they are entered. */
export const FIELDS = {
  work: ['position', 'name', 'location', 'startDate', 'endDate', 'summary'],
  education: ['institution', 'studyType', 'area', 'startDate', 'endDate'],
} as const satisfies Record<Part, readonly (keyof StationEntry)[]>;

/** What is shown of a station: what it was, where, and of when it is. */
export function linesOf(part: Part, station: Station): { title: string; place: string } {
  const { position, name, location, institution, studyType, area } = station;
  const [title, ...place] =
    part === 'work'
      ? [position, name, location]
      : [joined([studyType, area], ', ') || undefined, institution];
  const lines = [title, ...place].filter((line) => line !== undefined && line !== '');
  return { title: lines[0] ?? '', place: joined(lines.slice(1), ' · ') };
}

/** The résumé with a station more, or another in its place. New ones come first, as the last thing that was done does. */
export function withStation(resume: Resume, part: Part, station: Station, at: number | null): Resume {
  const stations = (resume[part] ?? []) as Station[];
  return {
    ...resume,
    [part]: at === null ? [station, ...stations] : stations.with(at, station),
  };
}

export function withoutStation(resume: Resume, part: Part, at: number): Resume {
  return { ...resume, [part]: ((resume[part] ?? []) as Station[]).toSpliced(at, 1) };
}

/** What was entered of a station, with what of it there is no field for. */
export function stationOf(part: Part, entered: StationEntry, before: Station = {}): Station {
  const rest = Object.entries(before).filter(([name]) => !(FIELDS[part] as readonly string[]).includes(name));
  return { ...Object.fromEntries(rest), ...entered };
}

/** Whether two tell of the same: what, where and since when. */
export function isSame(part: Part, a: Station, b: Station): boolean {
  const of = (station: Station) =>
    JSON.stringify([
      linesOf(part, station).title,
      part === 'work' ? station.name : station.institution,
      station.startDate,
    ]).toLowerCase();
  return of(a) === of(b);
}

/** What a résumé says in its owner's own words. */
export const Words = Type.Pick(Type.Required(Resume).properties.basics, ['summary', 'url']);

/** `German (B2)` */
export function textOfLanguage({ language = '', fluency }: Language): string {
  return fluency ? `${language} (${fluency})` : language;
}

/** Languages as they were written, one or several with commas between them; one that is there already is written anew. */
export function withLanguages(languages: readonly Language[], typed: string): Language[] {
  const added = typed
    .split(/[,;\n]/)
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text): Language => {
      const [, language, fluency] = /^(.*?)\s*\(([^)]*)\)$/.exec(text) ?? [];
      return language && fluency ? { language, fluency } : { language: text };
    });
  const isAdded = ({ language = '' }: Language) =>
    added.some((one) => one.language?.toLowerCase() === language.toLowerCase());
  return [...languages.filter((one) => !isAdded(one)), ...added].slice(0, MOST_LANGUAGES);
}

const MOST_LANGUAGES = 100;

/** A day, a month or a year as the first day of it, and what of it is known. */
export function dateOf(text: string): { at: Date; has: 'year' | 'month' } {
  const [year, month] = text.split('-').map(Number) as [number, number?];
  return { at: new Date(Date.UTC(year, (month ?? 1) - 1)), has: month === undefined ? 'year' : 'month' };
}

function joined(texts: readonly (string | undefined)[], by: string): string {
  return texts.filter((text) => text !== undefined && text !== '').join(by);
}
