/** Which interview follows from what is known of an application: pure, with the clock handed in. */

/** An application as far as applications tells of it. */
export type Known = {
  /** Null: not heard yet. */
  status: string | null;
  /** What is to be done next, and when. */
  action: { id: number; dueAt: Date } | null;
  /** The interview that followed last. */
  interview: { actionId: number | null; startsAt: Date; cancelled: boolean } | null;
};

export type Step =
  | { is: 'make' | 'move'; actionId: number; startsAt: Date }
  | { is: 'cancel' }
  | { is: 'none' };

const NONE: Step = { is: 'none' };

/**
 * While an application is at its interview, what is to be done next is that interview: one event, which moves when the time does and goes when
 * there is none any more. What is over stays as it was. One that its user has cancelled here stays so until something else is to be done.
 */
export function stepFor({ status, action, interview }: Known, now: Date): Step {
  const isUpcoming = interview !== null && !interview.cancelled && interview.startsAt > now;
  if (status !== 'interview' || action === null || action.dueAt <= now)
    return isUpcoming ? { is: 'cancel' } : NONE;
  const { id: actionId, dueAt: startsAt } = action;
  if (interview?.actionId === actionId) return NONE;
  return { is: isUpcoming ? 'move' : 'make', actionId, startsAt };
}
