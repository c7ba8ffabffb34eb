/**
 * `npm test [files...]`: every `*.test.ts` of the workspace, in child processes of node:test. Files run one after
 * another on machines with two cores: most start a PostgreSQL. After each file it says how far it is.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const asked = process.argv.slice(2);
const files = asked.length > 0 ? asked : findTests();
const concurrency = Math.max(1, Math.floor(availableParallelism() / 2));
const reporters = [
  ['spec', 'stdout'],
  [fileURLToPath(new URL('test-progress.ts', import.meta.url)), 'stderr'],
].flatMap(([name, to]) => [`--test-reporter=${name}`, `--test-reporter-destination=${to}`]);
// For a file as for a test: one that hangs ends with its name, and not with CI's patience. ms.
const LIMIT_MS = 600_000;
const child = spawn(
  process.execPath,
  ['--test', `--test-concurrency=${concurrency}`, `--test-timeout=${LIMIT_MS}`, ...reporters, ...files],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_NO_WARNINGS: '1',
      // Each file, and each process that a test starts, compiles the same modules: half of the processor time of a short one.
      NODE_COMPILE_CACHE: resolve('node_modules', '.cache', 'compile'),
      BANYAN_TEST_FILES: String(files.filter((name) => !name.startsWith('--')).length),
    },
  },
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
