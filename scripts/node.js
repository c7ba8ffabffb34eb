/**
 * `node scripts/node.js <file> [args...]`: what every npm script here starts with. Runs a TypeScript file with a Node that
 * can, or says which one is needed.
 */
import { resolve } from 'node:path';
import { run } from '../packages/cli/bin/run.js';

const [file, ...args] = process.argv.slice(2);
await run(resolve(file), args);
