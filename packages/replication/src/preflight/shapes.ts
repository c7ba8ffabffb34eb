import { isShapeChange, ReplicationError } from '../errors.ts';
import { planTables, readRecord } from '../link-record.ts';
import { compareShapes, readShapes, watchedOf } from '../shape-record.ts';
import type { Context } from './context.ts';
import { error, type Finding } from './finding.ts';

/** Whether tables and publication are still what a prepared link remembers of them. */
export async function checkShapes({ config, names, source, target }: Context): Promise<Finding[]> {
  const record = await readRecord(target.db, names.link);
  if (!record?.shapes) return [];
  try {
    const watched = watchedOf(await planTables(config, source.db, target.db));
    const now = await readShapes({ source: source.db, target: target.db }, names, watched);
    compareShapes(record.shapes, now, watched);
    return [];
  } catch (cause) {
    if (!(cause instanceof ReplicationError)) throw cause;
    if (!isShapeChange(cause)) return []; // a finding of its own
    const { table, column, why } = cause.details;
    const what = [table, column].filter((each) => each !== undefined).join('.') || names.publication;
    return [
      {
        ...error(
          cause.code.toLowerCase(),
          `${what}: ${why}.`,
          `Put it back, or accept it: banyan verify ${config.service} --repair takes the tables as they are now and mends what was missed.`,
          table === undefined ? undefined : String(table),
        ),
        end: cause.details.end === 'target' ? target.is : source.is,
      },
    ];
  }
}
