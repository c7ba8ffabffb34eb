import { runCli } from '@banyan/banyan/cli';
import { rehearseCommand } from '@banyan/harness/rehearse';

/** Entry of the command `banyan`: the operator's tool, and what runs whole systems. */
await runCli(process.argv, [rehearseCommand()]);
