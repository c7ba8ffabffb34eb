/**
 * What somebody has got out of LinkedIn (Settings → Get a copy of your data): a ZIP of CSV files, in the form of JSON Resume. Columns
 * are found by their names, and a file or a column that is not there is nothing that is told.
 */
import { storableText } from '@banyan/postgres';
import { parse } from 'csv-parse/sync';
import { understandJson } from './json-resume.ts';
import type { Understood } from './understood.ts';
import { unzip, type ZipLimits } from './zip.ts';

const FILES = ['Profile', 'Positions', 'Education', 'Skills', 'Languages', 'Email Addresses'] as const;
type File = (typeof FILES)[number];
type Row = Partial<Record<string, string>>;

const LIMITS: ZipLimits = { files: 5_000, bytes: 2 * 1024 * 1024, totalBytes: 8 * 1024 * 1024 };
/** As many as the form has of anything. */
const MOST_ROWS = 100;
const LONGEST_TEXT = 10_000;

/** Whether an archive has a file in it that an export has. */
export function isLinkedIn(archive: Buffer): boolean {
  return FILES.some((file) => archive.includes(`${file}.csv`));
}

/** All of it is what they have said there themselves. Throws `ResumeError`. */
export async function readLinkedIn(archive: Buffer): Promise<Understood> {
  const files = await unzip(archive, fileOf, LIMITS);
  const rows = (file: File): Row[] => rowsOf(files.get(file));
  const [profile = {}] = rows('Profile');
  const mails = rows('Email Addresses');
  const mail = mails.find((one) => one.Primary?.toLowerCase() === 'yes') ?? mails[0];
  return understandJson({
    basics: {
      name: line([profile['First Name'], profile['Last Name']].filter(Boolean).join(' '), 255),
      label: line(profile.Headline),
      email: line(mail?.['Email Address'], 320),
      summary: line(profile.Summary, LONGEST_TEXT),
      location: profile['Geo Location'] ? { address: line(profile['Geo Location']) } : null,
    },
    work: rows('Positions').map((row) => ({
      name: line(row['Company Name']),
      position: line(row.Title),
      location: line(row.Location),
      summary: line(row.Description, LONGEST_TEXT),
      startDate: dateOf(row['Started On']),
      endDate: dateOf(row['Finished On']),
    })),
    education: rows('Education').map((row) => ({
      institution: line(row['School Name']),
      studyType: line(row['Degree Name']),
      startDate: dateOf(row['Start Date']),
      endDate: dateOf(row['End Date']),
    })),
    skills: rows('Skills').flatMap(({ Name: name }) => (name ? [{ name: line(name, 200) }] : [])),
    languages: rows('Languages').flatMap(({ Name: language, Proficiency: fluency }) =>
      language ? [{ language: line(language, 100), fluency: line(fluency, 100) }] : [],
    ),
  });
}

/** Null is what is not said. */
function line(text: string | undefined, longest = 500): string | null {
  return text === undefined || text === '' ? null : text.slice(0, longest).toWellFormed();
}

/** `Basic_LinkedInDataExport/Positions.csv`: in a folder or not. */
function fileOf(path: string): File | undefined {
  const name = path
    .split('/')
    .at(-1)!
    .replace(/\.csv$/i, '');
  return FILES.find((file) => file.toLowerCase() === name.toLowerCase() && /\.csv$/i.test(path));
}

/** What is no CSV is no rows. */
function rowsOf(content: Buffer | undefined): Row[] {
  if (!content) return [];
  try {
    const rows = parse(content, {
      bom: true,
      columns: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      to: MOST_ROWS,
      trim: true,
    }) as Row[];
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, storableText(value ?? '', LONGEST_TEXT)]),
      ),
    );
  } catch {
    return [];
  }
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `Jan 2020` as `2020-01`, `2020` as it is, `1 Jan 2020` as `2020-01-01`; null: it is none that JSON Resume takes. */
export function dateOf(text: string | undefined): string | null {
  const [, day, month, year] =
    /^(?:(\d{1,2}) )?(?:([a-z]{3})[a-z]*\.? )?(\d{4})$/i.exec(text?.trim() ?? '') ?? [];
  if (year === undefined) return /^\d{4}-\d{2}(-\d{2})?$/.test(text ?? '') ? text! : null;
  if (month === undefined) return day === undefined ? year : null;
  const number = MONTHS.indexOf(month.toLowerCase()) + 1;
  if (number === 0) return year;
  const padded = `${year}-${String(number).padStart(2, '0')}`;
  return day === undefined ? padded : `${padded}-${day.padStart(2, '0')}`;
}
