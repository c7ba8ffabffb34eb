import { readFile } from 'node:fs/promises';
import { ConfigError, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import { TaxonomyError, withEsco } from './esco.ts';
import { createSkills, type Skills } from './skills.ts';

const SkillsConfig = Type.Object({
  /** A file `skills_en.csv` of ESCO's download, whose skills are known beside the shipped ones. */
  SKILLS_CSV: Type.Optional(Type.String({ minLength: 1 })),
});

/** The part of a service that knows skills by their names. */
export const skillsPart: ServicePart<Skills, typeof SkillsConfig> = {
  config: SkillsConfig,
  start: async ({ config }) => ({ provided: await skillsIn(config.SKILLS_CSV), close: async () => {} }),
};

async function skillsIn(file: string | undefined): Promise<Skills> {
  if (file === undefined) return createSkills();
  try {
    return createSkills(withEsco(await readFile(file, 'utf8')));
  } catch (error) {
    if (!(error instanceof TaxonomyError) && (error as NodeJS.ErrnoException).syscall === undefined)
      throw error;
    const message = `cannot be read: ${(error as Error).message}`;
    throw new ConfigError([
      { variable: 'SKILLS_CSV', message, hint: "the path of skills_en.csv, as ESCO's download has it" },
    ]);
  }
}
