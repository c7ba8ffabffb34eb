#!/usr/bin/env node
import { run } from './run.js';

await run(import.meta.resolve('@banyan/cli/main'), process.argv.slice(2));
