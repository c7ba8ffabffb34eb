import { compareShapes, readShapes, watchedOf } from '../catalog/shape-record.ts';
import { isLoss, ReplicationError } from '../errors.ts';
import { planTables, readRecord } from '../link/link-record.ts';
import { findLoss } from '../stream/loss.ts';
import type { Context } from './context.ts';
import { error, type Finding } from './finding.ts';

/** Whether a prepared link has all that was written since, and its tables and publication are what it remembers. */
export async function checkMemory(context: Context): Promise<Finding[]> {
  return [...(await checkLog(context)), ...(await checkShapes(context))];
}

async function checkLog({ config, names, source, target }: Context): Promise<Finding[]> {
  const loss = await findLoss(source.db, target.db, names);
  if (!loss) return [];
  return [
    {
      ...error(
        loss.code.toLowerCase(),
        `${WHAT[loss.code]} (${describe(loss.details)}): changes are missing.`,
        `banyan verify ${config.service} --repair goes on from now and repairs what was missed.`,
      ),
      end: source.is,
    },
  ];
}

async function checkShapes({ config, names, source, target }: Context): Promise<Finding[]> {
  const record = await readRecord(target.db, names.link);
  if (!record?.shapes) return [];
  try {
    const watched = watchedOf(await planTables(config, source.db, target.db));
    const now = await readShapes({ source: source.db, target: target.db }, names, watched);
    compareShapes(record.shapes, now, watched);
    return [];
  } catch (cause) {
    if (!(cause instanceof ReplicationError)) throw cause;
    if (!isLoss(cause)) return []; // a finding of its own
    const { table, column, why } = cause.details;
    const what = [table, column].filter((each) => each !== undefined).join('.') || names.publication;
    return [
      {
        ...error(
          cause.code.toLowerCase(),
          `${what}: ${why}.`,
          `Put it back, or accept it: banyan verify ${config.service} --repair takes the tables as they are now and repairs what was missed.`,
          table === undefined ? undefined : String(table),
        ),
        end: cause.details.end === 'target' ? target.is : source.is,
      },
    ];
  }
}

const WHAT: { [code: string]: string } = {
  SLOT_LOST: 'The slot is gone, or the server has removed WAL that it still needed',
  SLOT_AHEAD: 'The slot stands further than what was applied',
  SOURCE_CHANGED: 'The source is not what it was when the link was prepared',
};

function describe(details: Record<string, unknown>): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ');
}
