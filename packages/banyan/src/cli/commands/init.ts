import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT, UsageError } from '../exit.ts';
import { print, printJson } from '../output.ts';
import { act, command } from '../session.ts';
import { SKELETON } from '../skeleton.ts';

export function initCommand(): Command {
  return command('init', 'Write a plan to start from, with comments', [
    'banyan init',
    'banyan init --config shop/banyan.config.ts',
  ])
    .addHelpText('after', '\nNever overwrites a file.')
    .action(
      act(async (options) => {
        const path = resolve(options.config ?? 'banyan.config.ts');
        try {
          writeFileSync(path, SKELETON, { flag: 'wx' });
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
          throw new UsageError(`${path} is there already`, 'remove it, or name another with --config <file>');
        }
        if (options.json) printJson({ path });
        else print(`wrote ${path}\nFill in what it asks for, then run banyan check.`);
        return EXIT.ok;
      }),
    );
}
