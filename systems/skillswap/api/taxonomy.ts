import { type Static, Type } from 'typebox';

export const TaxonomyReport = Type.Object(
  {
    categories: Type.Integer(),
    skills: Type.Integer(),
    relations: Type.Integer(),
  },
  { description: 'How many of each were not there.' },
);
export type TaxonomyReport = Static<typeof TaxonomyReport>;

export const RelatedSkill = Type.Object({
  skillId: Type.String(),
  name: Type.String(),
  relation: Type.Enum(['BUILDS_ON', 'BASIS_OF', 'RELATED'], {
    description: 'BUILDS_ON: the skill that was asked for builds on this one. BASIS_OF: the other way.',
  }),
});
export type RelatedSkill = Static<typeof RelatedSkill>;
