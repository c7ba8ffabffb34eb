import { type Static, Type } from 'typebox';
import { Nullable } from './common.ts';

export const MatchQuery = Type.Object({
  maxDistanceKm: Type.Optional(
    Type.Number({ minimum: 0, maximum: 20_100, description: 'Left out: wherever they are.' }),
  ),
});
export type MatchQuery = Static<typeof MatchQuery>;

const Part = Type.Number({ minimum: 0, maximum: 1 });

export const Match = Type.Object({
  userId: Type.String(),
  fullName: Type.String(),
  headline: Nullable<string>(Type.String()),
  hourlyRate: Type.Integer(),
  rating: Nullable<number>(Type.Number()),
  distanceKm: Nullable<number>(Type.Number()),
  skills: Type.Array(Type.Object({ skillId: Type.String(), name: Type.String() })),
  score: Type.Object(
    { skills: Part, rating: Part, availability: Part, price: Part, total: Part },
    { description: 'What the total is made of: 0.4 skills + 0.3 rating + 0.2 availability + 0.1 price.' },
  ),
});
