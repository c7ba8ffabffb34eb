import { spawn } from 'node:child_process';

/**
 * Runs a team's command in a shell and ends when it does. Leads a group of processes: when whoever started it is gone, however
 * that came, the whole group ends, which the command itself need not know how to do.
 */
const KILLED_AFTER_MS = 10_000;

const [command] = process.argv.slice(2);
const child = spawn(command!, { shell: true, stdio: ['ignore', 'inherit', 'inherit'] });
child.once('error', () => process.exit(1));
child.once('exit', (code) => process.exit(code ?? 1));

// Sent to the whole group: this process goes when the command has gone.
process.on('SIGTERM', () => {});
process.once('disconnect', () => {
  process.kill(-process.pid, 'SIGTERM');
  setTimeout(() => process.kill(-process.pid, 'SIGKILL'), KILLED_AFTER_MS);
});
// Listening alone would keep it going for ever.
process.channel?.unref();
