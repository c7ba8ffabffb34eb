import { pipeline, type Readable } from 'node:stream';
import { storableText } from '@banyan/postgres';
import { parse } from 'csv-parse';

/** Columns of ESCO's `skills_en.csv` that have to be there; its others are left alone. */
const COLUMNS = ['conceptUri', 'preferredLabel', 'altLabels', 'skillType', 'description'] as const;

export type EscoSkill = {
  uri: string;
  name: string;
  description: string;
  /** Other ways to say it. */
  otherNames: string[];
  isKnowledge: boolean;
};

/** What a record is, or why it is none; `line` is the one on which it ends. */
export type EscoLine = { line: number } & ({ skill: EscoSkill } | { code: EscoError; detail: string });

type EscoError = 'BAD_CSV' | 'NO_URI' | 'NO_NAME' | 'NAME_TOO_LONG';

/** The file has not the columns that are needed. */
export class EscoFormatError extends Error {
  override name = 'EscoFormatError';
}

/** As in the catalogue. */
const LONGEST_NAME = 100;
const LONGEST_DESCRIPTION = 2_000;
const MOST_OTHER_NAMES = 100;
/** A record that is longer is none: a quotation mark is missing somewhere. */
const LONGEST_RECORD = 200_000;

/**
 * ESCO's skills record by record, while they come: nothing is held of what was read. One that cannot be read is told with its line, and the next
 * one is read. Throws `EscoFormatError`.
 */
export async function* readEsco(csv: Readable): AsyncGenerator<EscoLine> {
  const skipped: EscoLine[] = [];
  let hasHeader = false;
  const parser = parse({
    bom: true,
    columns: (header: string[]) => {
      hasHeader = true;
      const missing = COLUMNS.filter((column) => !header.includes(column));
      if (missing.length > 0) throw new EscoFormatError(`There is no column ${missing.join(', ')}.`);
      return header;
    },
    info: true,
    max_record_size: LONGEST_RECORD,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      const line = Number((error as { lines?: number } | undefined)?.lines ?? 0);
      // Of one line whatever is wrong with it first.
      if (skipped.at(-1)?.line !== line)
        skipped.push({ line, code: 'BAD_CSV', detail: error?.message ?? 'The record cannot be read.' });
      return undefined;
    },
  });
  // An error of the one ends the other, and whoever stops reading ends both; it is thrown by the loop.
  pipeline(csv, parser, () => {});
  for await (const { record, info } of parser) {
    yield* skipped.splice(0);
    yield { line: info.lines, ...skillOf(record) };
  }
  if (!hasHeader) throw new EscoFormatError('There is nothing in it.');
  yield* skipped;
}

type Record = { [column in (typeof COLUMNS)[number]]?: string };

function skillOf(record: Record): { skill: EscoSkill } | { code: EscoError; detail: string } {
  const text = (column: (typeof COLUMNS)[number]) => storableText(record[column] ?? '').trim();
  const [uri, name] = [text('conceptUri'), text('preferredLabel')];
  if (uri === '' || uri.length > 500) return { code: 'NO_URI', detail: 'The concept has no URI.' };
  if (name === '') return { code: 'NO_NAME', detail: 'The skill has no preferred label.' };
  if (name.length > LONGEST_NAME)
    return { code: 'NAME_TOO_LONG', detail: `The label has more than ${LONGEST_NAME} characters: ${name}` };
  const names = text('altLabels').split('\n');
  const otherNames = [...new Set(names.map((other) => other.trim()).filter(isShort))].slice(
    0,
    MOST_OTHER_NAMES,
  );
  return {
    skill: {
      uri,
      name,
      description: text('description').slice(0, LONGEST_DESCRIPTION),
      otherNames: otherNames.filter((other) => other !== name),
      isKnowledge: text('skillType') === 'knowledge',
    },
  };
}

function isShort(name: string): boolean {
  return name !== '' && name.length <= LONGEST_NAME;
}
