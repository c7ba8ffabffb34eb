import type { PlanPhase } from '@banyan/banyan';

/** SkillSwap's way from one application to services. `banyan phases` compares it with what is there. */
export const phases: PlanPhase[] = [
  {
    title: 'Monolith optimization',
    from: 1,
    to: 3,
    parts: [
      { name: 'Domain boundaries', done: true },
      { name: 'Shared libraries', done: true },
      { name: 'Distributed tracing', done: true },
      { name: 'Event sourcing patterns', done: true },
    ],
  },
  {
    title: 'Strategic decomposition',
    from: 4,
    to: 9,
    parts: [
      {
        name: 'User service',
        service: 'user',
        why: 'Everything else knows people by their ids, and hears of them by its events.',
      },
      {
        name: 'Skill service',
        service: 'skill',
        why: 'Matching is what the database works at most, and it changes nothing but its own rows.',
      },
      {
        name: 'Notification service',
        service: 'notification',
        why: 'It hears what services tell, and what the monolith still tells comes by its rows, so it waits for nobody but user; sessions and credits wait for it.',
      },
      {
        name: 'Session service',
        service: 'session',
        why: 'It takes what user and skill say of people, and leaves in one step with payment: a booking holds credits in its transaction.',
      },
      {
        name: 'Payment service',
        service: 'payment',
        why: 'The monolith writes wallets with sessions, in one transaction: neither of the two leaves before the other.',
      },
      {
        name: 'Analytics service',
        service: 'analytics',
        why: 'It counts what all the others tell, so they come first.',
      },
    ],
  },
  {
    title: 'Advanced services',
    from: 10,
    to: 18,
    parts: [
      { name: 'ML recommendation service' },
      { name: 'Search and discovery service' },
      { name: 'Content moderation service' },
      { name: 'Audit and compliance service' },
      { name: 'Real-time communication service' },
      { name: 'Data processing pipeline' },
    ],
  },
];
