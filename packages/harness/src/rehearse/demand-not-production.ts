import { type Identity, identify, type Production, readProduction, StartError } from '@banyan/banyan/operate';
import { databasesOf, type ResolvedPlan } from '@banyan/plan';

/**
 * Whatever was said with `--copy`: a database on a server that was noted as production's is not touched. A server that was restored
 * from production's files cannot be told from it once it has been started anew, so somebody has to say which one it is.
 *
 * @throws StartError that names the databases which may be production's
 */
export async function demandNotProduction(
  plan: ResolvedPlan,
  { file, restored }: { file: string; restored: readonly string[] },
): Promise<void> {
  const production = readProduction(file);
  if (production === null) return;
  const found = await Promise.all(
    databasesOf(plan).map(([where, url]) =>
      identify(url, where).catch((cause: Error) => {
        throw new StartError(
          `${where} does not say which database it is: ${cause.message}`,
          'start it, or correct its URL in the plan',
          { cause, where },
        );
      }),
    ),
  );
  const said = new Set(restored.map((name) => name.trim()));
  const refused = found.flatMap((one) => {
    const likeness = likenessOf(one, production);
    if (likeness === 'another') return [];
    return likeness === 'restored or started anew' && said.has(one.where) ? [] : [{ one, likeness }];
  });
  if (refused.length === 0) return;
  const isItself = refused.some(({ likeness }) => likeness === 'production');
  throw new StartError(
    refused.map(({ one, likeness }) => `${one.where} ${describe(one, likeness)}`).join('; '),
    isItself
      ? 'rehearse on a server of its own, restored from a backup; nothing was touched'
      : `if each is a server that was restored from production's backup: --restored ${refused.map(({ one }) => one.where).join(',')}; if it is production: nothing was touched`,
    { where: file },
  );
}

type Likeness = 'another' | 'production' | 'restored or started anew';

/** Files of a server carry one identifier wherever they are copied to; the moment at which it was started is one server's alone. */
function likenessOf(found: Identity, production: Production): Likeness {
  const alike = production.databases.filter(({ system }) => system === found.system);
  if (alike.length === 0) return 'another';
  return alike.some(({ startedAt }) => startedAt === found.startedAt)
    ? 'production'
    : 'restored or started anew';
}

function describe({ database }: Identity, likeness: Likeness): string {
  return likeness === 'production'
    ? `(${database}) lies on the server that was noted as production's, and it is the same run of it`
    : `(${database}) has the files of the server that was noted as production's: it is production, started anew since, or restored from it`;
}
