/**
 * `node scripts/busy.ts N command [args...]`: runs a command beside N processes that do nothing but take a core each, as a
 * machine with other work on it would. Ends with the command's exit status; the busy ones end with it, whatever happens.
 */
import { spawn } from 'node:child_process';

const [count, command, ...args] = process.argv.slice(2);
if (!command || !(Number(count) >= 1)) {
  console.error('usage: node scripts/busy.ts N command [args...]');
  process.exit(2);
}
// They look whether we are still there: not even a kill -9 leaves one behind.
const BUSY = `const parent = process.ppid; for (;;) { for (let i = 0; i < 1e8; i += 1); if (process.ppid !== parent) break; }`;
const busy = Array.from({ length: Number(count) }, () =>
  spawn(process.execPath, ['--eval', BUSY], { stdio: 'ignore' }),
);
const child = spawn(command, args, { stdio: 'inherit' });
const end = (status: number) => {
  for (const one of busy) one.kill('SIGKILL');
  process.exit(status);
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.once('error', (error) => {
  console.error(`${command}: ${error.message}`);
  end(127);
});
child.once('exit', (code) => end(code ?? 1));
