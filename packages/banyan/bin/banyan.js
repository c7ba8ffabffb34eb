#!/usr/bin/env node
// Runs the command line, which is TypeScript, with a Node that can: this one, or the one that npm has pinned.
import { spawn } from 'node:child_process';
import module, { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const main = new URL('../src/cli/main.ts', import.meta.url);

const major = Number(process.versions.node.split('.')[0]);
if (major >= 24 && process.features.typescript) {
  module.enableCompileCache?.();
  await import(main.href);
} else {
  runWith(findNode());
}

function findNode() {
  try {
    return createRequire(import.meta.url).resolve('node/bin/node');
  } catch {
    console.error(
      `error: Node ${process.version} cannot run TypeScript, and the npm package 'node' is not installed\n  mend: npm ci, or use Node 24`,
    );
    process.exit(1);
  }
}

function runWith(node) {
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both of us: the child decides what it means, we only must not go first.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`error: ${node} does not start: ${error.message}\n  mend: npm ci`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exitCode = code ?? 1;
  });
}
