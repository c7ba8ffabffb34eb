/** SQL of what is ESCO's in the catalogue. */
import type pg from 'pg';
import type { Known, Line, Present } from './decide-import.ts';
import type { EscoSkill } from './esco.ts';
import { ADDED_CATEGORY, type AddedCategory } from './write-catalogue.ts';

type Tx = pg.PoolClient;

const ROOT = 'ESCO';
const KNOWLEDGE = 'ESCO: knowledge';
const ABILITIES = 'ESCO: skills and competences';

/** Ids of the categories of ESCO's skills, which are there from now on; `added`: which of them were not before. */
export async function categoriesOf(
  tx: Tx,
): Promise<{ knowledge: string; abilities: string; added: AddedCategory[] }> {
  const root = await tx.query<AddedCategory>(
    `INSERT INTO skill_categories (name) VALUES ($1) ON CONFLICT DO NOTHING ${ADDED_CATEGORY}`,
    [ROOT],
  );
  const below = await tx.query<AddedCategory>(
    `INSERT INTO skill_categories (name, parent_id)
     SELECT own.name, root.id FROM unnest($2::text[]) AS own (name), skill_categories root WHERE root.name = $1
     ON CONFLICT DO NOTHING ${ADDED_CATEGORY}`,
    [ROOT, [KNOWLEDGE, ABILITIES]],
  );
  const { rows } = await tx.query<{ id: string; name: string }>(
    'SELECT id, name FROM skill_categories WHERE name = ANY ($1)',
    [[KNOWLEDGE, ABILITIES]],
  );
  const idOf = (name: string) => rows.find((row) => row.name === name)!.id;
  return {
    ...{ knowledge: idOf(KNOWLEDGE), abilities: idOf(ABILITIES) },
    added: [...root.rows, ...below.rows],
  };
}

export async function findKnown(tx: Tx, part: readonly Line[]): Promise<Known[]> {
  const { rows } = await tx.query<Known>(
    `SELECT uri, own, id, name, description FROM esco_skills JOIN skills ON skills.id = skill_id WHERE uri = ANY ($1)`,
    [part.map(({ skill }) => skill.uri)],
  );
  return rows;
}

export async function findNamed(
  tx: Tx,
  part: readonly Line[],
): Promise<(Present & { uri: string | null })[]> {
  const { rows } = await tx.query<Present & { uri: string | null }>(
    `SELECT id, name, description, uri FROM skills LEFT JOIN esco_skills ON skill_id = id WHERE name = ANY ($1)`,
    [part.map(({ skill }) => skill.name)],
  );
  return rows;
}

export async function addSkills(
  tx: Tx,
  skills: readonly EscoSkill[],
  { knowledge, abilities }: { knowledge: string; abilities: string },
): Promise<{ skillId: string; categoryId: string; name: string }[]> {
  const rows = skills.map(({ isKnowledge, ...skill }) => ({
    ...skill,
    categoryId: isKnowledge ? knowledge : abilities,
  }));
  const { rows: added } = await tx.query(
    `WITH incoming AS (
       SELECT * FROM json_to_recordset($1) AS one (uri text, name text, description text, "categoryId" uuid)
     ), added AS (
       INSERT INTO skills (category_id, name, description) SELECT "categoryId", name, description FROM incoming
       RETURNING id, category_id, name
     ), linked AS (
       INSERT INTO esco_skills (uri, skill_id, own) SELECT uri, id, false FROM added JOIN incoming USING (name)
     ) SELECT id AS "skillId", category_id AS "categoryId", name FROM added`,
    [JSON.stringify(rows)],
  );
  return added;
}

export async function linkSkills(tx: Tx, links: readonly { skill: EscoSkill; id: string }[]): Promise<void> {
  await tx.query(
    `INSERT INTO esco_skills (uri, skill_id, own) SELECT uri, skill_id, true FROM unnest($1::text[], $2::uuid[]) AS one (uri, skill_id)`,
    [links.map(({ skill }) => skill.uri), links.map(({ id }) => id)],
  );
}

export async function changeSkills(
  tx: Tx,
  changes: readonly { skill: EscoSkill; id: string }[],
): Promise<void> {
  await tx.query(
    `UPDATE skills SET name = one.name, description = one.description
     FROM json_to_recordset($1) AS one (id uuid, name text, description text) WHERE skills.id = one.id`,
    [JSON.stringify(changes.map(({ skill: { name, description }, id }) => ({ id, name, description })))],
  );
}

/** In the place of the other names that these had. */
export async function nameSkills(tx: Tx, skills: readonly EscoSkill[]): Promise<void> {
  await tx.query(
    `WITH named AS (
       SELECT DISTINCT skill_id, name FROM json_to_recordset($1) AS one (uri text, "otherNames" json)
         JOIN esco_skills USING (uri), json_array_elements_text("otherNames") AS name
     ), gone AS (
       DELETE FROM skill_names WHERE skill_id IN (SELECT skill_id FROM json_to_recordset($1) AS one (uri text) JOIN esco_skills USING (uri))
         AND (skill_id, name) NOT IN (SELECT skill_id, name FROM named)
     ) INSERT INTO skill_names (skill_id, name) SELECT skill_id, name FROM named ON CONFLICT DO NOTHING`,
    [JSON.stringify(skills.map(({ uri, otherNames }) => ({ uri, otherNames })))],
  );
}
