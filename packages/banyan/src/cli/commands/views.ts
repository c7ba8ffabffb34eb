import type { ResolvedPlan } from '@banyan/plan';
import { type Command, Option } from 'commander';
import type { Way } from '../../views/sql.ts';
import type { ViewsScript } from '../../views/views.ts';
import { DatabaseError, EXIT, UsageError } from '../exit.ts';
import { note, print, printJson } from '../output.ts';
import { act, command, load } from '../session.ts';

type Options = {
  by: Way;
  schema: string;
  reader: string[];
  without: string[];
  apply?: boolean;
  drop?: boolean;
};

export function viewsCommand(): Command {
  const several = (value: string, before: string[]) => [...before, value];
  return command('views', "Show the monolith's tables as they were, out of the services' databases", [
    'banyan views',
    'banyan views --reader reports --without users.hashed_password --apply',
    'banyan views --drop --apply',
  ])
    .addOption(
      new Option('--by <way>', 'how the databases are asked')
        .choices(['postgres_fdw', 'dblink'])
        .default('postgres_fdw'),
    )
    .option('--schema <name>', "where the views are, in the monolith's database", 'legacy')
    .option('--reader <role>', 'a role that may read them (again for more)', several, [])
    .option(
      '--without <table.column>',
      'a column that is shown as NULL and read nowhere (again for more)',
      several,
      [],
    )
    .option('--apply', 'do it, in each database in one transaction, instead of printing SQL')
    .option('--drop', 'take it all away again')
    .addHelpText(
      'after',
      '\nWithout --apply nothing is changed: the SQL is for psql, with a password of your own (-v banyan_views_password=...); --apply\nmakes one that nobody is shown. Needs a role that may create extensions and servers in the monolith’s database, and roles in\nthe services’.',
    )
    .action(
      act<Options>(async (options) => {
        const { plan } = await load(options);
        if (
          !/^[a-z_][a-z0-9_]{0,62}$/.test(options.schema) ||
          ['public', 'banyan', 'banyan_views'].includes(options.schema)
        )
          throw new UsageError(
            `--schema ${options.schema} cannot be`,
            'give a schema of its own in small letters, such as legacy',
          );
        const { apply = false } = options;
        try {
          const script = await scriptOf(plan, options);
          const counts = script.map(({ where, statements }) => ({ where, statements: statements.length }));
          if (options.json) {
            const sql = apply ? counts : script.map(({ where, statements }) => ({ where, statements }));
            printJson({ applied: apply, databases: sql });
          } else if (apply)
            for (const { where, statements } of counts) note(`${where}: ${statements} statements done`);
          else
            for (const { where, statements } of script)
              print(`-- in the database of ${where}\n${statements.join(';\n')};\n`);
          return EXIT.ok;
        } catch (error) {
          throw DatabaseError.of(error) ?? error;
        }
      }),
    );
}

/** What is to be done, or with --apply was done. */
async function scriptOf(plan: ResolvedPlan, options: Options): Promise<ViewsScript> {
  const { applyViews, dropScript, runScript, viewsScript } = await import('../../views/views.ts');
  const { by: way, schema, reader: readers, without, apply, drop } = options;
  if (!drop) return await (apply ? applyViews : viewsScript)(plan, { way, schema, readers, without });
  const script = dropScript(plan, { schema });
  if (apply) await runScript(script);
  return script;
}
