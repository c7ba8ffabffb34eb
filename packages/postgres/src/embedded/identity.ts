import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { PostgresError } from '../errors.ts';

/** The user that a child process runs as. */
export interface RunAs {
  uid: number;
  gid: number;
}

/**
 * Whom the server runs as: ourselves, unless we are root, which PostgreSQL refuses. Then the owner of the
 * directory if it is not root (a checkout mounted into a container), else `postgres`, else `nobody`.
 */
export function chooseUser(directory: string): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = knownUsers();
  const owner = statSync(directory).uid;
  const user =
    (owner === 0 ? undefined : users.find(({ uid }) => uid === owner)) ??
    users.find(({ name }) => name === 'postgres') ??
    users.find(({ name }) => name === 'nobody');
  if (!user) throw new PostgresError('EMBEDDED_NO_USER', { wanted: 'postgres or nobody in /etc/passwd' });
  return { uid: user.uid, gid: user.gid };
}

/** Whether `user` may enter every directory down to `path` (by mode bits; access lists are not looked at). */
export function canReach(user: RunAs | undefined, path: string): boolean {
  if (!user) return true;
  for (let directory = realpathSync(path); ; directory = dirname(directory)) {
    const { mode, uid, gid } = statSync(directory);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (directory === dirname(directory)) return true;
  }
}

/** PostgreSQL looks its own user up by number, so only users with a name will do. */
function knownUsers(): { name: string; uid: number; gid: number }[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid }) => uid > 0);
}
