import { Type } from 'typebox';
import { Nullable } from './common.ts';

const OneSide = Type.Object({ sessions: Type.Integer(), hours: Type.Number(), credits: Type.Integer() });

/** Of whoever asks: completed sessions, and what was paid for them and earned by them. */
export const Summary = Type.Object({
  learned: OneSide,
  taught: OneSide,
  rating: Nullable<number>(Type.Number()),
});

export const PlatformMetrics = Type.Object({
  sessionsCompleted: Type.Array(
    Type.Object({
      skillCategory: Type.String(),
      providerRating: Nullable<number>(
        Type.Integer({ description: 'Stars, rounded; null: nobody has rated.' }),
      ),
      count: Type.Integer(),
    }),
  ),
  revenue: Type.Object({
    sessionCredits: Type.Integer({ description: 'What seekers have paid.' }),
    feeCredits: Type.Integer({ description: "What of it is the platform's." }),
  }),
  sessionMinutes: Type.Object({
    average: Nullable<number>(Type.Number()),
    p95: Nullable<number>(Type.Number()),
  }),
});
