import type { Readable } from 'node:stream';
import type { ImportReport } from '../../../api/esco.ts';
import type { Given } from '../given.ts';
import { decideImport, type Line } from './decide-import.ts';
import { type EscoLine, readEsco } from './esco.ts';
import * as store from './esco-store.ts';
import { writeCatalogue } from './write-catalogue.ts';

/** Records that are taken in together. */
const PART = 500;
/** Errors that are told; all are counted. */
const MOST_TOLD = 100;

type Told = Pick<Given, 'pool' | 'events'>;

/**
 * Takes ESCO's skills into the catalogue while they come: each once, by its URI, whatever it is called now; one that is called as a skill that is
 * there already is that one, which stays as it is. The same file again changes nothing. What was taken in before an error stays.
 * Throws `EscoFormatError`, `NotWriterError`.
 */
export async function importEsco({ pool, events }: Told, csv: Readable): Promise<ImportReport> {
  const report: ImportReport = { added: 0, changed: 0, unchanged: 0, refused: 0, errors: [] };
  const refuse: Refuse = (line, code, detail) => {
    report.refused++;
    if (report.errors.length < MOST_TOLD) report.errors.push({ line, code, detail });
  };
  for await (const part of partsOf(readEsco(csv), refuse)) {
    const { add, link, change, unchanged, taken } = await takePart({ pool, events }, part);
    report.added += add.length;
    report.changed += change.length;
    report.unchanged += unchanged.length + link.length;
    for (const { line, skill } of taken) refuse(line, 'NAME_TAKEN', `Another skill is called ${skill.name}.`);
  }
  return report;
}

async function takePart({ pool, events }: Told, part: readonly Line[]) {
  return await writeCatalogue(pool, async (tx) => {
    const decided = decideImport(part, await store.findKnown(tx, part), await store.findNamed(tx, part));
    const categories = await store.categoriesOf(tx);
    for (const category of categories.added) await events.publish(tx, 'SkillCategoryAdded', category);
    for (const { skillId, categoryId, name } of await store.addSkills(tx, decided.add, categories))
      await events.publish(tx, 'SkillAdded', { skillId, categoryId, name });
    await store.linkSkills(tx, decided.link);
    await store.changeSkills(tx, decided.change);
    const refused = new Set(decided.taken.map(({ skill }) => skill.uri));
    await store.nameSkills(
      tx,
      part.map(({ skill }) => skill).filter(({ uri }) => !refused.has(uri)),
    );
    return decided;
  });
}

type Refuse = (line: number, code: string, detail: string) => void;

/** Skills that are read, so many at once, each URI once in each; `refuse` is told of what is none. */
async function* partsOf(lines: AsyncIterable<EscoLine>, refuse: Refuse): AsyncGenerator<Line[]> {
  let part = new Map<string, Line>();
  for await (const one of lines) {
    if (!('skill' in one)) refuse(one.line, one.code, one.detail);
    else if (part.has(one.skill.uri)) refuse(one.line, 'DOUBLE', `${one.skill.uri} was on an earlier line.`);
    else part.set(one.skill.uri, one);
    if (part.size < PART) continue;
    yield [...part.values()];
    part = new Map();
  }
  if (part.size > 0) yield [...part.values()];
}
