import { type Static, Type } from 'typebox';
import { Integer, Nullable, Paging, Text, Timestamp, Uuid } from './common.ts';

export const SKILL_LEVELS = ['BEGINNER', 'INTERMEDIATE', 'ADVANCED', 'EXPERT'] as const;
export type SkillLevel = (typeof SKILL_LEVELS)[number];
export const SkillLevel = Type.Enum([...SKILL_LEVELS]);

export const Category = Type.Object({
  id: Type.String(),
  name: Type.String(),
  /** Null: at the top. */
  parentId: Nullable<string>(Type.String()),
});

export const Skill = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  categoryId: Type.String(),
  categoryName: Type.String(),
});
export type Skill = Static<typeof Skill>;

export const NewSkill = Type.Object({
  name: Text(100, 1),
  description: Text(2000),
  categoryId: Uuid,
});
export type NewSkill = Static<typeof NewSkill>;

export const SkillQuery = Type.Object({
  ...Paging,
  /** Part of the name. */
  query: Type.Optional(Text(100, 1)),
  /** Skills of this category and of those below it. */
  categoryId: Type.Optional(Uuid),
});
export type SkillQuery = Static<typeof SkillQuery>;

export const Trend = Type.Object({
  skillId: Type.String(),
  name: Type.String(),
  wanted: Type.Integer(),
  offered: Type.Integer(),
});

const ProfileSkill = Type.Object({ skillId: Type.String(), name: Type.String() });

export const SkillProfile = Type.Object({
  userId: Type.String(),
  headline: Nullable<string>(Type.String()),
  /** Credits for an hour of teaching. */
  hourlyRate: Type.Integer(),
  /** Credits for an hour of learning, at most; null: any. */
  budget: Nullable<number>(Type.Integer()),
  city: Nullable<string>(Type.String()),
  latitude: Nullable<number>(Type.Number()),
  longitude: Nullable<number>(Type.Number()),
  /** Average stars; null: nobody has rated. */
  rating: Nullable<number>(Type.Number()),
  ratingCount: Type.Integer(),
  offered: Type.Array(
    Type.Object({ ...ProfileSkill.properties, level: Type.String(), verified: Type.Boolean() }),
  ),
  wanted: Type.Array(ProfileSkill),
  updatedAt: Timestamp,
  version: Type.Integer(),
});

/** The whole of it: what is not named is not offered or wanted any more. */
export const SkillProfileChanges = Type.Object({
  headline: Nullable<string>(Text(255)),
  hourlyRate: Integer(0, 1000),
  budget: Nullable<number>(Integer(0, 1000)),
  city: Nullable<string>(Text(255)),
  latitude: Nullable<number>(Type.Number({ minimum: -90, maximum: 90 })),
  longitude: Nullable<number>(Type.Number({ minimum: -180, maximum: 180 })),
  offered: Type.Array(Type.Object({ skillId: Uuid, level: SkillLevel }), { maxItems: 50 }),
  wanted: Type.Array(Type.Object({ skillId: Uuid }), { maxItems: 50 }),
  version: Type.Integer({ minimum: 1 }),
});
export type SkillProfileChanges = Static<typeof SkillProfileChanges>;
