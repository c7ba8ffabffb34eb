import type { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { act, command, load } from '../session.ts';

export function upCommand(): Command {
  return command('up', 'Start the gateway, the applier and the control plane, and keep them running', [
    'banyan up',
    'banyan up --config systems/shop/banyan.config.ts',
  ]).action(
    act(async (options) => {
      // Loaded only now: no other command needs the servers.
      const { runUp } = await import('../../up/up.ts');
      await runUp({ loaded: await load(options), json: options.json ?? false });
      return EXIT.ok;
    }),
  );
}
