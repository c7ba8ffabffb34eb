// Runs a file with a Node that can read a plan in TypeScript: this one, or the one of the npm package `node`. Plain
// JavaScript without anything new in it: whatever Node there is must get as far as saying what is wrong.
import { spawn } from 'node:child_process';
import module, { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Lowest major version that runs TypeScript as we write it. */
const MAJOR = 24;

/** Runs `file` (a URL or a path) as if it had been started by itself with `args`. */
export async function run(file, args) {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  if (Number(process.versions.node.split('.')[0]) >= MAJOR && process.features.typescript) {
    module.enableCompileCache?.();
    process.argv.splice(1, process.argv.length, path, ...args);
    await import(pathToFileURL(path).href);
  } else {
    runWith(findNode(), [path, ...args]);
  }
}

function findNode() {
  try {
    return createRequire(import.meta.url).resolve('node/bin/node');
  } catch {
    console.error(
      `error: Node ${process.version} cannot run TypeScript, and the npm package 'node' is not here or its install script has not run
  hint: use Node ${MAJOR} or later, or npm install node@${MAJOR} without --ignore-scripts`,
    );
    process.exit(1);
  }
}

function runWith(node, args) {
  // The channel tells the other one when we are gone, however that came.
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  // A terminal sends Ctrl-C to both of us: the child decides what it means, we only must not go first.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`error: ${node} does not start: ${error.message}\n  hint: npm install node@${MAJOR}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exitCode = code ?? 1;
  });
}
