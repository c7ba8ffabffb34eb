import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Shuts a server down when this process ends without having done so, killed with -9 or not: a shell in a session of its own
 * waits for our end of a pipe to close. Returns what calls it off.
 */
export function watchOverServer(pid: number): () => void {
  const watcher = spawn('/bin/sh', ['-c', SCRIPT, 'banyan-postgres-watcher', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Where there is no shell the next start finds the server by its lock file.
  watcher.on('error', () => {});
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return () => {
    watcher.kill('SIGKILL');
  };
}

/** Fast shutdown; immediate if that hangs. */
const SCRIPT = `
read -r _
kill -INT "$1" || exit
for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 1; kill -0 "$1" || exit; done
kill -QUIT "$1"`;
