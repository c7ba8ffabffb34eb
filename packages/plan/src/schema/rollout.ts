import { list, milliseconds, number, oneOf, optional, record, text, whole } from './fields.ts';

/** On what evidence users move, and how fast. */
export const RolloutSchema = record(
  {
    steps: optional(
      'Shares to stop at, ascending, the last one 100 %.',
      list(text('a share', "'10%'"), 'a list of shares', "['1%', '10%', '50%', '100%']", 1),
      { default: ['1%', '10%', '50%', '100%'] },
    ),
    observeSeconds: optional(
      'Seconds to watch a share before the next.',
      number(0, 604_800, 'seconds from 0 to 604800', '60'),
      { default: 60 },
    ),
    minRequests: optional(
      "Requests on the service's side to have seen before the next share.",
      whole(0, 1e9, 'a whole number from 0', '50'),
      { default: 50 },
    ),
    minCompared: optional(
      'Answers compared in shadowing before the first share.',
      whole(0, 1e9, 'a whole number from 0', '50'),
      { default: 50 },
    ),
    maxFailureRatio: optional(
      "Failures of the service's side allowed, as a ratio, above the monolith's own.",
      number(0, 1, 'a ratio from 0 to 1', '0.01'),
      { default: 0.01 },
    ),
    maxMismatchRatio: optional(
      'Mismatches allowed, as a ratio of compared answers.',
      number(0, 1, 'a ratio from 0 to 1', '0'),
      { default: 0 },
    ),
    maxLatencyRatio: optional(
      "Service p95 allowed, as a multiple of the monolith's p95 (never judged under 200 ms; where too few requests go to the monolith to compare with, 1 s is allowed).",
      number(1, 1_000, 'a multiple from 1 to 1000', '2'),
      { default: 2 },
    ),
    maxLagMs: optional(
      'Milliseconds of lag of any link allowed before a step. Of a service that takes over no table: how far its answers may be behind, since it hears by events; so long shadowing waits for them to agree.',
      milliseconds(),
      { default: 1_000 },
    ),
    fenceLimitMs: optional(
      'Time limit of a fenced step, milliseconds.',
      whole(50, 60_000, 'milliseconds from 50 to 60000', '2000'),
      { default: 2_000 },
    ),
    maxVerificationAgeSeconds: optional(
      'Age in seconds of the last verification allowed before a step; before retire it is a day.',
      number(1, 604_800, 'seconds from 1 to 604800', '300'),
      { default: 300 },
    ),
    copyRowsPerSecond: optional(
      'Rows per second that copying may read from the monolith, so that its users notice nothing; after each range it also rests twice as long as the range took.',
      whole(1, 1e9, 'rows per second from 1', '20000'),
      { default: 20_000 },
    ),
    verifyRowsPerSecond: optional(
      'Rows per second that verification may read on each side; it also rests five times as long as a range took.',
      whole(1, 1e9, 'rows per second from 1', '50000'),
      { default: 50_000 },
    ),
    backfillRowsPerSecond: optional(
      'Rows per second of which consumers are told that ask which rows are there; a tenth of it while users wait. It also rests as long as each transaction took, and while the consumer has not handled what it was told.',
      whole(1, 1e9, 'rows per second from 1', '500'),
      { default: 500 },
    ),
    restAboveRatio: optional(
      'Copying, verification, backfills and shadowing rest while the p95 of all users is above this multiple of what it was before they began; 1000 lets them never rest.',
      number(1, 1_000, 'a multiple from 1 to 1000', '1.5'),
      { default: 1.5 },
    ),
    leastRowsPerSecond: optional(
      'Rows per second that copying and verification go on with while they rest, so that they come to an end.',
      whole(1, 1e9, 'rows per second from 1', '1000'),
      { default: 1_000 },
    ),
    onFailure: optional('What failing evidence does.', oneOf('rollback', 'pause'), { default: 'rollback' }),
  },
  'a rollout policy',
);
