/** What is known of one user's search: the document that events keep, and how each of them changes it. Pure. */

export type Career = {
  registeredAt: string | null;
  /** Their account was deleted: nothing of them is kept, nor noted again. */
  isForgotten: boolean;
  /** By id. */
  applications: Readonly<Record<string, Application>>;
};

export type Application = {
  jobId: number;
  /** As the monolith has it, which knows no `ghosted`. */
  status: string;
  /** Nobody answers any more. */
  isGhosted: boolean;
  createdAt: string;
  /** Null: not sent yet. */
  appliedAt: string | null;
  /** Where its job was found. */
  source: string | null;
  /** Each status that it came to since it is known. Those before are documents of their own, see `wasThere`. */
  steps: readonly Step[];
  /** It was there before anybody here heard of it. */
  wasThere: boolean;
};

export type Step = { to: string; at: string };

type Told = { applicationId: number; jobId: number; status: string; appliedAt?: string; createdAt?: string };

export const NOBODY: Career = { registeredAt: null, isForgotten: false, applications: {} };

export function registered(career: Career, at: string): Career {
  return career.isForgotten ? career : { ...career, registeredAt: at };
}

/** An application was made, at `time`. */
export function created(career: Career, told: Told, time: string): Career {
  const { applicationId, status, createdAt = time } = told;
  const steps = [{ to: status, at: createdAt }];
  return withApplication(career, applicationId, { ...newOne(told, time), steps });
}

/** An application is there. What was heard of it before stays. */
export function known(career: Career, told: Told, time: string): Career {
  const before = career.applications[told.applicationId];
  const now = newOne(told, time);
  if (!before) return withApplication(career, told.applicationId, { ...now, wasThere: true });
  const { jobId, status, createdAt, appliedAt } = now;
  return withApplication(career, told.applicationId, { ...before, jobId, status, createdAt, appliedAt });
}

/** It has moved on. One that nobody has told of yet is told of later, with where it has come to: see `known`. */
export function moved(
  career: Career,
  { applicationId, to, appliedAt }: { applicationId: number; to: string; appliedAt?: string },
  time: string,
): Career {
  const before = career.applications[applicationId];
  if (!before) return career;
  const steps = [...before.steps, { to, at: time }];
  if (to === GHOSTED) return withApplication(career, applicationId, { ...before, isGhosted: true, steps });
  return withApplication(career, applicationId, {
    ...before,
    status: to,
    isGhosted: false,
    // Before version 2 it was not said.
    appliedAt: appliedAt ?? before.appliedAt ?? (to === 'applied' ? time : null),
    steps,
  });
}

/** The monolith has brought it to a status that nobody knows, or made it there. */
export function irregular(career: Career, told: Told, time: string): Career {
  const before = career.applications[told.applicationId];
  return withApplication(career, told.applicationId, {
    ...(before ?? newOne(told, time)),
    status: told.status,
    isGhosted: false,
  });
}

export function sourceSet(
  career: Career,
  { applicationId, source }: { applicationId: number; source: string },
): Career {
  const before = career.applications[applicationId];
  return before ? withApplication(career, applicationId, { ...before, source }) : career;
}

export function removed(career: Career, { applicationId }: { applicationId: number }): Career {
  const { [applicationId]: _, ...applications } = career.applications;
  return { ...career, applications };
}

export function forgotten(): Career {
  return { ...NOBODY, isForgotten: true };
}

function newOne(told: Told, time: string): Application {
  const { jobId, status, createdAt = time, appliedAt = null } = told;
  return {
    jobId,
    status,
    isGhosted: false,
    createdAt,
    appliedAt,
    source: null,
    steps: [],
    wasThere: false,
  };
}

function withApplication(career: Career, id: number, application: Application): Career {
  if (career.isForgotten) return career;
  return { ...career, applications: { ...career.applications, [id]: application } };
}

const GHOSTED = 'ghosted';
