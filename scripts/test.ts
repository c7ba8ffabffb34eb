/**
 * `npm test [files...]`: every `*.test.ts` of the workspace, in child processes of node:test. Files run one after
 * another on machines with two cores: most start a PostgreSQL.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const asked = process.argv.slice(2);
const files = asked.length > 0 ? asked : findTests();
const concurrency = Math.max(1, Math.floor(availableParallelism() / 2));
const child = spawn(
  process.execPath,
  ['--test', `--test-concurrency=${concurrency}`, '--test-reporter=spec', ...files],
  { stdio: 'inherit', env: { ...process.env, NODE_NO_WARNINGS: '1' } },
);
child.on('exit', (code) => process.exit(code ?? 1));

function findTests(): string[] {
  const found = globSync(
    [
      'packages/**/*.test.ts',
      'systems/**/*.test.ts',
      'test/**/*.test.ts',
      'scripts/**/*.test.ts',
      'examples/**/*.test.ts',
    ],
    {
      exclude: (path) => path.includes('node_modules') || path.includes('.banyan'),
    },
  );
  if (found.length === 0) throw new Error('no *.test.ts found: run this from the root of the checkout');
  return found.sort();
}
