import { type Static, Type } from 'typebox';
import { Integer, Text, Timestamp, Uuid } from './common.ts';
import { SkillLevel } from './skills.ts';

export const OfferedSkill = Type.Object({ userId: Uuid, skillId: Uuid });

/** What peers say of an offered skill. */
export const Endorsements = Type.Object({
  count: Type.Integer({ description: 'Of its present level.' }),
  needed: Type.Integer({ description: 'With so many it is verified.' }),
  verified: Type.Boolean(),
});

const Question = Type.Object({
  text: Text(2_000, 1),
  options: Type.Array(Text(500, 1), { minItems: 2, maxItems: 8 }),
});

/** A test of what somebody can do; it takes the place of the one of this skill and level. */
export const NewAssessment = Type.Object({
  level: SkillLevel,
  minutes: Integer(1, 180),
  /** Of those that are asked, at least so many have to be right. */
  passPercent: Integer(1, 100),
  /** So many of the questions are asked each time. */
  asked: Integer(1, 100),
  questions: Type.Array(Type.Object({ ...Question.properties, correct: Integer(0, 7) }), {
    minItems: 1,
    maxItems: 500,
  }),
});
export type NewAssessment = Static<typeof NewAssessment>;

export const Assessment = Type.Object({
  id: Type.String(),
  skillId: Type.String(),
  level: Type.String(),
  minutes: Type.Integer(),
  passPercent: Type.Integer(),
  asked: Type.Integer(),
});
export type Assessment = Static<typeof Assessment>;

export const Attempt = Type.Object({
  id: Type.String(),
  dueAt: Timestamp,
  questions: Type.Array(Type.Object({ number: Type.Integer(), ...Question.properties })),
});
export type Attempt = Static<typeof Attempt>;

/** What is left out is wrong. */
export const Answers = Type.Object({
  answers: Type.Array(Type.Object({ number: Integer(0, 499), option: Integer(0, 7) }), { maxItems: 100 }),
});
export type Answers = Static<typeof Answers>;

export const AttemptResult = Type.Object({
  correct: Type.Integer(),
  asked: Type.Integer(),
  passed: Type.Boolean(),
  verified: Type.Boolean({ description: 'Whether what they offer of this skill is verified now.' }),
});
