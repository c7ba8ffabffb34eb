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

const { UserRegistered, UserSuspended, UserDeleted } = user.events;
const { SkillCategoryAdded, SkillAdded } = skill.events;
const { SessionCompleted, SessionRated } = session.events;
const { CreditsTransferred } = payment.events;

/** What analytics says and hears. */
export const contracts = defineContracts({
  ...own,
  events: {
    ...own.events,
    ...{ UserRegistered, UserSuspended, UserDeleted, SkillCategoryAdded, SkillAdded },
    ...{ SessionCompleted, SessionRated, CreditsTransferred },
  },
});

/** Who is asked what there was before. */
export const ASKED = ['user', 'skill', 'session', 'payment'] as const;

/** What this service keeps of what others tell. One that is told to this service alone, since it has asked, is no news. */
export const hear: Pick<EventingDefinition<typeof contracts>, 'on' | 'backfill'> = {
  backfill: ASKED,
  on: {
    UserRegistered: ({ data }, { tx }) => store.insertPerson(tx, data),
    UserSuspended: ({ data: { userId } }, { tx }) => store.suspend(tx, userId),
    UserDeleted: async ({ data: { userId } }, { tx }) => void (await erasePerson(tx, personalTables, userId)),
    SkillCategoryAdded: ({ data }, { tx }) => store.putCategory(tx, data),
    SkillAdded: ({ data }, { tx }) => store.putSkill(tx, data),
    SessionCompleted: ({ data, time, recipient }, { tx }) => {
      const isNews = recipient === undefined;
      // When it was told is not when it was.
      return store.insertCompleted(tx, data, { at: isNews ? time : data.endsAt, isNews });
    },
    SessionRated: async ({ data: { sessionId, ratedId, providerId, stars }, time }, { tx }) => {
      if (ratedId === providerId) await store.insertRating(tx, { sessionId, providerId, stars }, time);
    },
    CreditsTransferred: async ({ data, time: at, recipient }, { tx }) => {
      const sessionId = sessionIn(data.reference);
      if (sessionId === undefined) return;
      const { transactionId, fromUserId: seekerId, toUserId: providerId, amount: credits } = data;
      const paid = { transactionId, sessionId, seekerId, providerId, credits, fee: data.platformFee };
      await store.insertPayment(tx, paid, { at, isNews: recipient === undefined });
    },
    MetricCalculated: ({ data }, { tx }) => noteHeard(tx, data.calculatedAt),
  },
};

/** The session that credits were paid for; undefined: it was something else. */
function sessionIn(reference: string | null): string | undefined {
  return /^session:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(reference ?? '')?.[1];
}
