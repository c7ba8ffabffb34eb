/** What the skill service says to the others. What it answers to clients is in api/skills.ts and api/matches.ts. */
import { defineContracts, event } from '@banyan/events';
import { operation } from '@banyan/service';
import { Type } from 'typebox';
import { Id, Uuid } from '../api/common.ts';
import { Skill, SkillLevel } from '../api/skills.ts';
import { SYSTEM } from './common.ts';

const ofSkill = <K extends string>(key: K, summary: string) =>
  ({ service: 'skill', summary, version: 1, key }) as const;

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    SkillCategoryAdded: event({
      ...ofSkill('categoryId', 'There is a category of skills that was not, or it has another name.'),
      data: Type.Object({
        categoryId: Uuid,
        name: Type.String(),
        parentId: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Null: at the top.' }),
      }),
    }),
    SkillAdded: event({
      ...ofSkill('skillId', 'There is a skill in the catalogue that was not.'),
      data: Type.Object({ skillId: Uuid, categoryId: Uuid, name: Type.String() }),
    }),
    SkillProfileUpdated: event({
      ...ofSkill('userId', 'Somebody has changed what they say of themselves as a teacher or a learner.'),
      data: Type.Object({
        userId: Uuid,
        changed: Type.Array(Type.String(), {
          minItems: 1,
          description:
            'The fields: headline, hourlyRate, budget, city, latitude, longitude, offered, wanted.',
        }),
      }),
    }),
    SkillVerified: event({
      ...ofSkill('userId', 'Others, or a test, have shown that somebody can what they offer.'),
      data: Type.Object({
        userId: Uuid,
        skillId: Uuid,
        level: SkillLevel,
        by: Type.Enum(['PEERS', 'TEST']),
      }),
    }),
  },
  operations: {
    /** What a skill is called, for whoever has its id. */
    getSkill: operation({
      service: 'skill',
      method: 'GET',
      path: '/internal/skills/:id',
      params: Id,
      answer: Skill,
    }),
    /** Whether somebody teaches a skill, and for how much. */
    getOffer: operation({
      service: 'skill',
      method: 'GET',
      path: '/internal/profiles/:userId/offers/:skillId',
      params: Type.Object({ userId: Uuid, skillId: Uuid }),
      answer: Type.Object({
        isOffered: Type.Boolean(),
        hourlyRate: Type.Integer({ description: 'Credits for an hour.' }),
      }),
    }),
  },
});
