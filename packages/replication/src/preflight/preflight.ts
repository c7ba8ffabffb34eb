import type pg from 'pg';
import type { LinkConfig, LinkNames } from '../link/link-config.ts';
import { checkApplying } from './applying.ts';
import { checkCascades } from './cascades.ts';
import { checkColumns } from './columns.ts';
import { type Context, contextOf } from './context.ts';
import { checkDeferrable } from './deferrable.ts';
import { checkEncoding } from './encoding.ts';
import { error, type Finding } from './finding.ts';
import { checkGenerated } from './generated.ts';
import { checkHeirs } from './heirs.ts';
import { checkIdentities } from './identities.ts';
import { checkIds } from './ids.ts';
import { checkKeyOrder } from './key-order.ts';
import { checkKeys } from './keys.ts';
import { checkLeftovers } from './leftovers.ts';
import { checkLosing } from './losing.ts';
import { checkMemory } from './memory.ts';
import { checkNullableKeys } from './nullable-keys.ts';
import { checkOwnerKeys } from './owner-keys.ts';
import { checkOwnerParents } from './owner-parents.ts';
import { checkPublishing } from './publishing.ts';
import { checkRights } from './rights.ts';
import { checkRowSets } from './row-sets.ts';
import { checkServer } from './server.ts';

const CHECKS: ((context: Context) => Promise<Finding[]>)[] = [
  checkServer,
  checkPublishing,
  checkApplying,
  checkColumns,
  checkGenerated,
  checkHeirs,
  checkLosing,
  checkKeys,
  checkNullableKeys,
  checkIdentities,
  checkDeferrable,
  checkEncoding,
  checkKeyOrder,
  checkMemory,
  checkRights,
  checkLeftovers,
  checkIds,
  checkOwnerKeys,
  checkOwnerParents,
  checkRowSets,
  checkCascades,
];

/** Looks for whatever would make the link fail later, or harm the source. Changes nothing, and says all at once. */
export async function preflightLink(
  config: LinkConfig,
  names: LinkNames,
  source: pg.Pool,
  target: pg.Pool,
): Promise<Finding[]> {
  const context = await contextOf(config, names, source, target);
  const findings: Finding[] = [];
  const failures: Finding[] = [];
  for (const check of CHECKS)
    try {
      findings.push(...(await check(context)));
    } catch (cause) {
      failures.push(notChecked(check.name, cause));
    }
  // What could not be looked at is told only if nothing says why.
  return findings.some(({ severity }) => severity === 'error') ? findings : [...findings, ...failures];
}

/** A connection that breaks is the caller's; what the database refuses is a finding like any other. */
function notChecked(check: string, cause: unknown): Finding {
  const { code, message } = cause as { code?: string; message: string };
  if (!/^[0-9A-Z]{5}$/.test(code ?? '')) throw cause;
  return error('not_checked', `${check} ended with: ${message}`, 'Fix that, then check again.');
}
