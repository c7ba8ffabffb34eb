import { type Db, prepared } from '@banyan/postgres';
import type pg from 'pg';
import type { RelatedSkill, TaxonomyReport } from '../../../api/taxonomy.ts';
import { CATEGORIES, RELATIONS, SKILLS } from '../../../kit/taxonomy.ts';
import type { Given } from '../given.ts';
import { ADDED_CATEGORY, type AddedCategory, writeCatalogue } from './write-catalogue.ts';

/**
 * Takes the taxonomy of the kit into the catalogue: categories and skills by their names, so that what is called so already is it and stays as it is, and how
 * skills go together. The same again adds nothing. Throws `NotWriterError`.
 */
export async function takeTaxonomy({
  pool,
  events,
}: Pick<Given, 'pool' | 'events'>): Promise<TaxonomyReport> {
  return await writeCatalogue(pool, async (tx) => {
    const categories = [...(await addCategories(tx, 'top')), ...(await addCategories(tx, 'below'))];
    for (const category of categories) await events.publish(tx, 'SkillCategoryAdded', category);
    const { rows: added } = await tx.query<{ skillId: string; categoryId: string; name: string }>(
      `INSERT INTO skills (category_id, name)
       SELECT skill_categories.id, one.name FROM json_to_recordset($1) AS one (name text, category text)
         JOIN skill_categories ON skill_categories.name = category
       ON CONFLICT (name) DO NOTHING RETURNING id AS "skillId", category_id AS "categoryId", name`,
      [JSON.stringify(SKILLS)],
    );
    for (const skill of added) await events.publish(tx, 'SkillAdded', skill);
    const { rowCount } = await tx.query(
      `INSERT INTO skill_relations (skill_id, other_id, kind)
       SELECT skill.id, other.id, kind FROM json_to_recordset($1) AS one (skill text, other text, kind text)
         JOIN skills skill ON skill.name = one.skill JOIN skills other ON other.name = one.other
       ON CONFLICT DO NOTHING`,
      [JSON.stringify(RELATIONS)],
    );
    return { categories: categories.length, skills: added.length, relations: rowCount ?? 0 };
  });
}

/** Those at the top, or those below them, whose parents have to be there. */
async function addCategories(tx: pg.PoolClient, which: 'top' | 'below'): Promise<AddedCategory[]> {
  const { rows } = await tx.query<AddedCategory>(
    `INSERT INTO skill_categories (name, parent_id)
     SELECT one.name, above.id FROM json_to_recordset($1) AS one (name text, parent text)
       LEFT JOIN skill_categories above ON above.name = parent
     ON CONFLICT (name) DO NOTHING ${ADDED_CATEGORY}`,
    [JSON.stringify(CATEGORIES.filter(({ parent }) => (parent === null) === (which === 'top')))],
  );
  return rows;
}

/** What goes with a skill: what it builds on first, then what builds on it, then what is related. */
export async function listRelated(pool: Db, skillId: string): Promise<RelatedSkill[]> {
  const { rows } = await pool.query<RelatedSkill>(
    prepared(
      `SELECT skills.id AS "skillId", name, relation FROM (
         SELECT other_id AS id, kind AS relation FROM skill_relations WHERE skill_id = $1
         UNION ALL SELECT skill_id, CASE kind WHEN 'BUILDS_ON' THEN 'BASIS_OF' ELSE kind END FROM skill_relations WHERE other_id = $1
       ) related JOIN skills USING (id)
       ORDER BY array_position(ARRAY['BUILDS_ON', 'BASIS_OF', 'RELATED'], relation), name, id`,
      [skillId],
    ),
  );
  return rows;
}
