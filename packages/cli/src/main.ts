import { runCli } from '@banyan/banyan/cli';
import { rehearseCommand } from '@banyan/harness/rehearse';
import { newCommand } from './new/command.ts';

/** Entry of the command `banyan`: the operator's tool, and what runs whole systems and adds to them. */
await runCli(process.argv, [rehearseCommand(), newCommand()]);
