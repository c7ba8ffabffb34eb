#!/usr/bin/env node
import { run } from './run.js';

await run(import.meta.resolve('@banyan/banyan/cli'), process.argv.slice(2));
