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

/** How well two go together, and why. */
export const MatchExplanation = Type.Object({
  match: Match,
  isMatch: Type.Boolean({ description: 'Above 0.7, and within the distance.' }),
  reasons: Type.Array(
    Type.Object({
      part: Type.Enum(['skills', 'rating', 'availability', 'price']),
      value: Part,
      weight: Part,
      points: Part,
      text: Type.String({ description: 'Why it is so much, in English.' }),
    }),
  ),
});
