import { verify } from '@node-rs/bcrypt';
import { demoPassword } from '../monolith/generate.ts';
import { markerNumber, passwordOf, readJournal } from './journal.ts';

/** How an audit looks things up, in a side's databases or through its API. */
export type AuditReader = {
  /** Headlines of these users; a user who is not there is missing. */
  headlines(userIds: number[]): Promise<Map<number, string | null>>;
  /** Ids of all accounts with these emails: more than one for an email is a doubled registration. */
  accounts(emails: string[]): Promise<Map<string, number[]>>;
  passwordHashes(userIds: number[]): Promise<Map<number, string>>;
  /** Refresh tokens by their SHA-256 in hex: how many rows, and whether all are revoked. */
  refreshTokens(hashes: string[]): Promise<Map<string, { rows: number; revoked: boolean }>>;
};

export type AuditResult = {
  /** Writes that the system said yes to: profile and password changes, registrations, sessions, logouts. */
  acknowledged: number;
  /** Those whose effect is there, or which a later write of the same user has replaced. */
  found: number;
  /** Those whose effect is not there. */
  lost: number;
  /** Effects that are there more than once. */
  doubled: number;
  /** Effects that must not be there: of refused writes, of ended sessions. */
  resurrected: number;
  /** The first problems in words. */
  problems: string[];
};

const MAX_PROBLEMS = 50;

/**
 * Compares what was promised with what is there. A user's profile must show the last acknowledged change, or a later one
 * that was sent and never clearly answered. The side that is read must have caught up; traffic may go on meanwhile.
 */
export async function audit({ journal, read }: { journal: string; read: AuditReader }): Promise<AuditResult> {
  const promised = await replay(journal);
  const result = nothingSeen();
  await lookForProfiles(promised.profiles, read, result);
  await auditPasswords(promised.passwords, read, result);
  await auditRegistrations(promised.registrations, read, result);
  await auditSessions(promised, read, result);
  return result;
}

/** The profiles alone: cheap enough to do while the traffic goes on, since a profile's number only grows. */
export async function auditProfiles({
  journal,
  read,
}: {
  journal: string;
  read: Pick<AuditReader, 'headlines'>;
}): Promise<AuditResult> {
  const result = nothingSeen();
  await lookForProfiles((await replay(journal)).profiles, read, result);
  return result;
}

function nothingSeen(): AuditResult {
  return { acknowledged: 0, found: 0, lost: 0, doubled: 0, resurrected: 0, problems: [] };
}

type Attempts = Map<number, Map<number, 'try' | 'ack' | 'refused' | 'unknown'>>;

type Promised = {
  /** user → n → how it ended; `try`: the traffic was killed before it knew. */
  profiles: Attempts;
  passwords: Attempts;
  /** email → the id acknowledged, `refused`, or `unknown`. */
  registrations: Map<string, number | 'refused' | 'unknown'>;
  /** Refresh tokens given out. */
  given: Set<string>;
  /** Those that must be dead: logged out, or exchanged. */
  ended: Set<string>;
};

async function replay(journal: string): Promise<Promised> {
  const profiles: Attempts = new Map();
  const passwords: Attempts = new Map();
  const registrations: Promised['registrations'] = new Map();
  const given = new Set<string>();
  const ended = new Set<string>();
  for await (const entry of readJournal(journal)) {
    switch (entry.kind) {
      case 'profile':
      case 'password': {
        const attempts = entry.kind === 'profile' ? profiles : passwords;
        const own = attempts.get(entry.user) ?? new Map();
        attempts.set(entry.user, own.set(entry.n, entry.at));
        break;
      }
      case 'register':
        if (entry.at === 'ack') given.add(entry.token);
        registrations.set(
          entry.email,
          entry.at === 'ack' ? entry.user : entry.at === 'refused' ? 'refused' : 'unknown',
        );
        break;
      case 'session':
        given.add(entry.token);
        if (entry.from !== undefined) ended.add(entry.from);
        break;
      case 'logout':
        // A token may be given out again after an unclear refresh; only a clear end is a promise.
        if (entry.at === 'ack') ended.add(entry.token);
    }
  }
  return { profiles, passwords, registrations, given, ended };
}

async function lookForProfiles(
  profiles: Attempts,
  read: Pick<AuditReader, 'headlines'>,
  result: AuditResult,
): Promise<void> {
  const headlines = await read.headlines([...profiles.keys()]);
  for (const [user, attempts] of profiles) {
    const there = markerNumber(user, headlines.get(user));
    judge('profile', user, attempts, there, result);
  }
}

async function auditPasswords(passwords: Attempts, read: AuditReader, result: AuditResult): Promise<void> {
  const hashes = await read.passwordHashes([...passwords.keys()]);
  for (const [user, attempts] of passwords) {
    judge('password', user, attempts, await passwordThere(user, attempts, hashes.get(user) ?? ''), result);
  }
}

/**
 * Which password lets in: newest first, since that is nearly always the one and each look is dear. Then the one after it,
 * which the traffic may have set since the journal was read, and last the one of before. -1: none of them.
 */
async function passwordThere(user: number, attempts: Map<number, string>, hash: string): Promise<number> {
  const known = [...attempts.keys()].sort((a, b) => b - a);
  for (const n of [...known, known[0]! + 1]) if (await verify(passwordOf(user, n), hash)) return n;
  return (await verify(demoPassword(user), hash)) ? 0 : -1;
}

/** Every acknowledged write newer than what is there is lost; what was refused must not be there. */
function judge(
  what: string,
  user: number,
  attempts: Map<number, string>,
  there: number,
  result: AuditResult,
): void {
  for (const [n, end] of attempts) {
    if (end !== 'ack') continue;
    result.acknowledged++;
    if (n <= there) result.found++;
    else {
      result.lost++;
      complain(result, `${what} ${n} of user ${user} was acknowledged, ${there} is there`);
    }
  }
  if (attempts.get(there) === 'refused') {
    result.resurrected++;
    complain(result, `${what} ${there} of user ${user} was refused and is there`);
  }
}

async function auditRegistrations(
  registrations: Promised['registrations'],
  read: AuditReader,
  result: AuditResult,
): Promise<void> {
  const accounts = await read.accounts([...registrations.keys()]);
  for (const [email, promise] of registrations) {
    const ids = accounts.get(email) ?? [];
    if (ids.length > 1) {
      result.doubled++;
      complain(result, `${email} is registered ${ids.length} times`);
    }
    if (typeof promise === 'number') {
      result.acknowledged++;
      if (ids.includes(promise)) result.found++;
      else {
        result.lost++;
        complain(result, `${email} was registered as ${promise} and is ${ids.join(', ') || 'not there'}`);
      }
    } else if (promise === 'refused' && ids.length > 0) {
      result.resurrected++;
      complain(result, `the registration of ${email} was refused and it is there`);
    }
  }
}

async function auditSessions(
  { given, ended }: Promised,
  read: AuditReader,
  result: AuditResult,
): Promise<void> {
  const tokens = await read.refreshTokens([...new Set([...given, ...ended])]);
  for (const hash of given) {
    const rows = tokens.get(hash)?.rows ?? 0;
    result.acknowledged++;
    if (rows > 0) result.found++;
    else {
      result.lost++;
      complain(result, `the session ${hash.slice(0, 12)} was given out and is not there`);
    }
    if (rows > 1) {
      result.doubled++;
      complain(result, `the session ${hash.slice(0, 12)} is there ${rows} times`);
    }
  }
  for (const hash of ended) {
    result.acknowledged++;
    if (tokens.get(hash)?.revoked === false) {
      result.resurrected++;
      complain(result, `the session ${hash.slice(0, 12)} was ended and is good`);
    } else result.found++;
  }
}

function complain(result: AuditResult, problem: string): void {
  if (result.problems.length < MAX_PROBLEMS) result.problems.push(problem);
}
