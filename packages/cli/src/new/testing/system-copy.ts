import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url));
const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));

/** The system whose copies services are written into. */
export const SYSTEM = join(ROOT, 'systems', 'career-copilot');

/** Copies of a system lie here, below the packages that they import. */
const SCRATCH = join(ROOT, '.banyan');

type Ended = { code: number; stdout: string; stderr: string };

export type SystemCopy = {
  folder: string;
  /** Runs a command of banyan in its folder. */
  banyan(args: string[], env?: Record<string, string>): Promise<Ended>;
  /** Checks the types of all of it. */
  checkTypes(): Promise<Ended>;
  /** Runs tests, on the server of this database or each on one of its own. */
  test(files: string[], database?: string): Promise<Ended>;
  /** Its TypeScript and SQL by path. */
  files(): Map<string, string>;
  remove(): void;
};

export function copySystem(): SystemCopy {
  const folder = emptyFolder();
  cpSync(SYSTEM, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  return {
    folder,
    banyan: (args, env) => node([MAIN, ...args], folder, env),
    checkTypes: async () => {
      // Several at a time: none writes what the check of the workspace notes.
      const compilerOptions = { incremental: false, tsBuildInfoFile: null };
      const config = {
        extends: join(ROOT, 'tsconfig.json'),
        compilerOptions,
        include: [folder],
        // Pages have a configuration of their own, with a browser's types.
        exclude: [join(folder, 'web')],
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      return await node([join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], ROOT);
    },
    test: (files, database) =>
      node(['--test', ...files], folder, database === undefined ? {} : { DATABASE_URL_TEST: database }),
    files: () => {
      const paths = globSync('**/*.{ts,sql}', { cwd: folder }).sort();
      return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** As a plan has it for tokens that the gateway signs. */
export function aSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

export function emptyFolder(): string {
  mkdirSync(SCRATCH, { recursive: true });
  return mkdtempSync(join(SCRATCH, 'new-'));
}

async function node(args: string[], cwd: string, more: Record<string, string> = {}): Promise<Ended> {
  // The run's server is for one process at a time: what is started here begins one of its own.
  const { NODE_TEST_CONTEXT: _test, BANYAN_TEST_SERVER: _server, ...env } = process.env;
  const options = { cwd, env: { ...env, ...more }, maxBuffer: 32 * 1024 * 1024 };
  return await run(process.execPath, args, options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
}
