import { noteHeard } from '@banyan/analytics';
import { defineContracts, type EventingDefinition } from '@banyan/events';
import { erasePerson } from '@banyan/service';
import { contracts as own } from '../../contracts/analytics.ts';
import { contracts as payment } from '../../contracts/payment.ts';
import { contracts as session } from '../../contracts/session.ts';
import { contracts as skill } from '../../contracts/skill.ts';
import { contracts as user } from '../../contracts/user.ts';
import { personalTables } from './personal-data.ts';
import * as store from './store.ts';

const { UserRegistered, UserSuspended, UserReinstated, UserDeleted } = user.events;
const { SkillCategoryAdded, SkillAdded } = skill.events;
const { SessionCompleted, SessionKnown, SessionRated, RatingKnown } = session.events;
const { CreditsTransferred, SessionCreditsKnown } = payment.events;

/** What analytics says and hears. */
export const contracts = defineContracts({
  ...own,
  events: {
    ...own.events,
    ...{ UserRegistered, UserSuspended, UserReinstated, UserDeleted, SkillCategoryAdded, SkillAdded },
    ...{ SessionCompleted, SessionKnown, SessionRated, RatingKnown, CreditsTransferred, SessionCreditsKnown },
  },
});

/** Who is asked what there was before. */
export const ASKED = ['user', 'skill', 'session', 'payment'] as const;

/** What this service keeps of what others tell. One that is told to this service alone, since it has asked, is no news. */
export const hear: Pick<EventingDefinition<typeof contracts>, 'on' | 'backfill'> = {
  backfill: ASKED,
  on: {
    UserRegistered: ({ data }, { tx }) => store.insertPerson(tx, data),
    UserSuspended: ({ data: { userId } }, { tx }) => store.setStatus(tx, userId, 'SUSPENDED'),
    UserReinstated: ({ data: { userId } }, { tx }) => store.setStatus(tx, userId, 'ACTIVE'),
    UserDeleted: async ({ data: { userId } }, { tx }) => void (await erasePerson(tx, personalTables, userId)),
    SkillCategoryAdded: ({ data }, { tx }) => store.putCategory(tx, data),
    SkillAdded: ({ data }, { tx }) => store.putSkill(tx, data),
    SessionCompleted: ({ data, time: at }, { tx }) => store.insertCompleted(tx, data, { at, isNews: true }),
    SessionKnown: ({ data, recipient }, { tx }) =>
      store.insertCompleted(tx, data, { at: data.completedAt, isNews: recipient === undefined }),
    SessionRated: ({ data, time: ratedAt }, { tx }) => store.insertRating(tx, { ...data, ratedAt }),
    RatingKnown: ({ data }, { tx }) => store.insertRating(tx, data),
    CreditsTransferred: async ({ data, time: at }, { tx }) => {
      const sessionId = sessionIn(data.reference);
      if (sessionId === undefined) return;
      const { fromUserId: seekerId, toUserId: providerId, amount: credits, platformFee: fee } = data;
      const paid = { sessionId, seekerId, providerId, credits, earned: credits - fee, fee };
      await store.addPayment(tx, paid, { at, isNews: true });
    },
    SessionCreditsKnown: ({ data, recipient }, { tx }) => {
      const { sessionId, movedAt: at } = data;
      return store.addPayment(tx, { sessionId, ...partOf(data) }, { at, isNews: recipient === undefined });
    },
    MetricCalculated: ({ data }, { tx }) => noteHeard(tx, data.calculatedAt),
  },
};

type Moved = { part: 'PAYMENT' | 'EARNING' | 'FEE'; userId: string | null; credits: number };

/** What a row of the three that a session moves says of all of it. */
function partOf({ part, userId, credits }: Moved): Omit<store.Payment, 'sessionId'> {
  if (part === 'PAYMENT') return { seekerId: userId, credits };
  return part === 'EARNING' ? { providerId: userId, earned: credits } : { fee: credits };
}

/** The session that credits were paid for; undefined: it was something else. */
function sessionIn(reference: string | null): string | undefined {
  return /^session:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(reference ?? '')?.[1];
}
