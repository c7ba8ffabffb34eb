import { answeredAt, type Way } from '../careers/moments.ts';

/** An application as a forecast sees it: what was known of it on a day, and, once that is sure, whether an answer came. */
export type Sample = { features: readonly number[]; answered: boolean; appliedAt: number };

/** One whose company is known, where it is. */
export type Sent = Way & { userId: number; companyId: number | null };

/** Who has not answered in so many days does not. */
export const SILENT_DAYS = 30;
/** Days after which an application is looked at as it was then. */
const LOOKS = [0, 3, 7, 14, 21];

/** What is to be known of an application to put it in its place, once and for all. */
type Placed = { one: Sent; applied: number; end: { at: number; answered: boolean } };

/**
 * Of applications whose end is known at `now`, in the order of applying. What others had come to is counted only as far as it was known on
 * the day of applying: a forecast for that day could not have known more. Pure.
 */
export function samplesOf(sent: readonly Sent[], now: number): Sample[] {
  const placed = sent.map(placeOf);
  const inOrder = placed.toSorted((a, b) => a.applied - b.applied || a.one.id - b.one.id);
  const ends = placed.filter(({ end }) => end.at <= now).sort((a, b) => a.end.at - b.end.at);
  const past = new Past();
  let known = 0;
  return inOrder.flatMap(({ one, applied, end }) => {
    for (; known < ends.length && ends[known]!.end.at <= applied; known++) past.note(ends[known]!);
    if (end.at > now) return [];
    return LOOKS.filter((days) => applied + days * DAY_MS < end.at).map((days) => ({
      features: featuresOf(one, applied, days, past),
      answered: end.answered,
      appliedAt: applied,
    }));
  });
}

/** What is known at `now` of those that wait for an answer. Pure. */
export function openOnes(
  sent: readonly Sent[],
  now: number,
): { userId: number; id: number; features: readonly number[] }[] {
  const placed = sent.map(placeOf);
  const past = new Past();
  for (const each of placed) if (each.end.at <= now) past.note(each);
  return placed
    .filter(({ one, end }) => one.status === 'applied' && !one.isGhosted && end.at > now)
    .map(({ one, applied }) => ({
      userId: one.userId,
      id: one.id,
      features: featuresOf(one, applied, (now - applied) / DAY_MS, past),
    }));
}

/** With when it was sure whether an answer comes. */
function placeOf(one: Sent): Placed {
  const applied = Date.parse(one.appliedAt!);
  const silent = applied + SILENT_DAYS * DAY_MS;
  const answer = answeredAt(one);
  const at = answer === null ? Number.POSITIVE_INFINITY : Date.parse(answer);
  return { one, applied, end: at <= silent ? { at, answered: true } : { at: silent, answered: false } };
}

/** A constant, days since applying, at a weekend, by a referral, a recruiter, a job board, earlier answers to the user, of the company. */
function featuresOf(one: Sent, applied: number, days: number, past: Past): number[] {
  const weekday = new Date(applied).getUTCDay();
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

  note({ one, end: { answered } }: Placed): void {
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

const DAY_MS = 86_400_000;
const UNKNOWN = 5;
