import { answeredAt, type Way } from '../careers/moments.ts';

/** An application as a forecast sees it: what was known of it on a day, and, once that is sure, whether an answer came. */
export type Sample = { features: readonly number[]; answered: boolean; appliedAt: number };

/** One whose company is known, where it is. */
export type Sent = Way & { userId: number; companyId: number | null };

/** Who has not answered in so many days does not. */
export const SILENT_DAYS = 30;
/** Days after which an application is looked at as it was then. */
const LOOKS = [0, 3, 7, 14, 21];

/**
 * Of applications whose end is known at `now`, in the order of applying. What others had come to is counted only as far as it was known on
 * the day of applying: a forecast for that day could not have known more. Pure.
 */
export function samplesOf(sent: readonly Sent[], now: number): Sample[] {
  const inOrder = byTime(sent, applied);
  const ends = byTime(sent, (one) => endOf(one).at).filter((one) => endOf(one).at <= now);
  const past = new Past();
  let known = 0;
  return inOrder.flatMap((one) => {
    for (; known < ends.length && endOf(ends[known]!).at <= applied(one); known++) past.note(ends[known]!);
    const { at, answered } = endOf(one);
    if (at > now) return [];
    return LOOKS.filter((days) => applied(one) + days * DAY_MS < at).map((days) => ({
      features: featuresOf(one, days, past),
      answered,
      appliedAt: applied(one),
    }));
  });
}

/** What is known at `now` of those that wait for an answer, by application. */
export function openOnes(
  sent: readonly Sent[],
  now: number,
  wanted: (one: Sent) => boolean,
): Map<number, readonly number[]> {
  const past = new Past();
  for (const one of sent) if (endOf(one).at <= now) past.note(one);
  return new Map(
    sent
      .filter((one) => wanted(one) && OPEN.has(one.status) && endOf(one).at > now)
      .map((one) => [one.id, featuresOf(one, (now - applied(one)) / DAY_MS, past)]),
  );
}

const OPEN = new Set(['applied']);

/** When it was sure whether an answer comes. */
function endOf(one: Sent): { at: number; answered: boolean } {
  const silent = applied(one) + SILENT_DAYS * DAY_MS;
  const answer = answeredAt(one);
  const at = answer === null ? Number.POSITIVE_INFINITY : Date.parse(answer);
  return at <= silent ? { at, answered: true } : { at: silent, answered: false };
}

/** A constant, days since applying, at a weekend, by a referral, a recruiter, a job board, earlier answers to the user, of the company. */
function featuresOf(one: Sent, days: number, past: Past): number[] {
  const weekday = new Date(applied(one)).getUTCDay();
  const from = (source: string) => Number(one.source === source);
  return [
    1,
    Math.log1p(Math.max(0, days)),
    Number(weekday === 0 || weekday === 6),
    from('referral'),
    from('recruiter'),
    from('job_board'),
    past.answersTo(one.userId),
    past.answersOf(one.companyId),
  ];
}

/** How earlier applications ended: of the few that one user or company has, as much as of so many that nothing is known of. */
class Past {
  readonly #users = new Map<number, { sent: number; answered: number }>();
  readonly #companies = new Map<number, { sent: number; answered: number }>();
  readonly #all = { sent: 0, answered: 0 };

  note(one: Sent): void {
    const { answered } = endOf(one);
    for (const [counts, id] of [
      [this.#users, one.userId],
      [this.#companies, one.companyId],
    ] as const) {
      if (id === null) continue;
      const of = counts.get(id) ?? { sent: 0, answered: 0 };
      counts.set(id, { sent: of.sent + 1, answered: of.answered + Number(answered) });
    }
    this.#all.sent++;
    this.#all.answered += Number(answered);
  }

  answersTo(userId: number): number {
    return this.#rateOf(this.#users.get(userId));
  }

  answersOf(companyId: number | null): number {
    return this.#rateOf(companyId === null ? undefined : this.#companies.get(companyId));
  }

  /** How far it is from what is usual. */
  #rateOf({ sent, answered } = { sent: 0, answered: 0 }): number {
    const usual = this.#all.sent === 0 ? 0 : this.#all.answered / this.#all.sent;
    return (answered + usual * UNKNOWN) / (sent + UNKNOWN) - usual;
  }
}

function byTime(sent: readonly Sent[], time: (one: Sent) => number): Sent[] {
  return sent.toSorted((a, b) => time(a) - time(b) || a.id - b.id);
}

function applied({ appliedAt }: Sent): number {
  return Date.parse(appliedAt!);
}

const DAY_MS = 86_400_000;
const UNKNOWN = 5;
