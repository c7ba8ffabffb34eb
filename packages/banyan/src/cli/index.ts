/** What a command of another package is written with, and the command line that it is added to. */
export { EXIT, Interrupted } from './exit.ts';
export { note, print, printJson } from './output.ts';
export { createProgram } from './program.ts';
export { runCli } from './run-cli.ts';
export { act, command, load } from './session.ts';
