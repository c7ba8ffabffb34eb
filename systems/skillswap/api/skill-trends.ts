import { type Static, Type } from 'typebox';

/** Degrees. */
export const CELLS = [1, 5, 10] as const;

export const MapQuery = Type.Object({
  cell: Type.Optional(
    Type.Unsafe<(typeof CELLS)[number]>({
      type: 'integer',
      enum: [...CELLS],
      description: 'Width and height of a cell, degrees. Left out: 5.',
    }),
  ),
});

export const SkillMap = Type.Object({
  cell: Type.Integer(),
  cells: Type.Array(
    Type.Object({
      south: Type.Integer(),
      west: Type.Integer(),
      offered: Type.Integer({
        description: 'People who teach it there, in fives; who hides their city is not among them.',
      }),
      wanted: Type.Integer(),
    }),
  ),
});
export type SkillMap = Static<typeof SkillMap>;

export const GrowthQuery = Type.Object({
  days: Type.Integer({ minimum: 1, maximum: 365, default: 30 }),
});

export const Growth = Type.Object({
  skillId: Type.String(),
  name: Type.String(),
  wanted: Type.Integer({ description: 'People who want to learn it now.' }),
  lately: Type.Integer({ description: 'Of these, who have wanted it for less than so many days.' }),
  before: Type.Integer({ description: 'And of the same length of time before.' }),
});
