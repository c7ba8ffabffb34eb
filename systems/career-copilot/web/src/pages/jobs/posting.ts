import type { JobPosting } from '../../../../api/jobs.ts';

/** As the API tells it: moments are texts. */
export type Offer = Omit<JobPosting, 'expires_at' | 'gone_at' | 'first_seen_at'> & {
  expires_at: string | null;
  gone_at: string | null;
};

/** Whether a job is still open, as far as it and where it is offered say. */
export type Openness =
  | { state: 'open'; until: string | null }
  /** `since`: null, where nobody has noted when. */
  | { state: 'closed'; since: string | null };

/** It is closed when it says so; its sources say since when, and until when it is open. */
export function opennessOf(isActive: boolean, offers: readonly Offer[], now: Date): Openness {
  if (!isActive) {
    const ends = offers.flatMap(({ gone_at, expires_at }) => {
      const end = gone_at ?? expires_at;
      return end !== null && new Date(end) <= now ? [end] : [];
    });
    return { state: 'closed', since: ends.toSorted(byTime).at(-1) ?? null };
  }
  const open = offers.filter(({ gone_at }) => gone_at === null);
  const ends = open.flatMap(({ expires_at }) =>
    expires_at !== null && new Date(expires_at) > now ? [expires_at] : [],
  );
  // Where one source keeps it open without an end there is none.
  return { state: 'open', until: ends.length < open.length ? null : (ends.toSorted(byTime).at(-1) ?? null) };
}

/** What is shown of a job as one of its sources has it: one that has it still, before those that have it no more. */
export function shownOffer(offers: readonly Offer[]): Offer | undefined {
  return offers.find(({ gone_at }) => gone_at === null) ?? offers[0];
}

/** A text of several paragraphs, as it was typed. */
export function paragraphsOf(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');
}

function byTime(one: string, other: string): number {
  return Date.parse(one) - Date.parse(other);
}
