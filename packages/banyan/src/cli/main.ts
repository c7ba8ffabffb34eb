import { runCli } from './run-cli.ts';

/** The command line without what packages above this one add to it. */
await runCli(process.argv);
