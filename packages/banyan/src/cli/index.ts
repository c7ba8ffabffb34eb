/** What a command of another package is written with, and the command line that it is added to. */
export { EXIT, formatTold, Interrupted, tell, UsageError } from './exit.ts';
export { note, print, printJson } from './output.ts';
export { createProgram } from './program.ts';
export { runCli } from './run-cli.ts';
export { act, command, group, load } from './session.ts';
