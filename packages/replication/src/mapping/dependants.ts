import { isPlain } from './mapping.ts';
import type { Dependant, Reference, TablePlan } from './table-plan.ts';

/** Of `plan`, among all of its link. A foreign key over columns that the target does not have by themselves is left out. */
export function dependantsOf(plan: TablePlan, plans: readonly TablePlan[]): Dependant[] {
  return plans.flatMap((dependant) =>
    dependant.source.cascadesFrom.flatMap(({ oid, columns, referenced }) => {
      const references = columns.map((name, at) => ({
        column: targetColumn(dependant, name),
        referenced: targetColumn(plan, referenced[at]!),
      }));
      return oid === plan.source.oid && references.every(isThere) ? [{ plan: dependant, references }] : [];
    }),
  );
}

function isThere(reference: { [K in keyof Reference]: string | undefined }): reference is Reference {
  return reference.column !== undefined && reference.referenced !== undefined;
}

/** What a source's column is called on the target, if it is nothing but renamed. */
function targetColumn({ mapping, direction }: TablePlan, name: string): string | undefined {
  const forward = direction === 'forward';
  for (const group of mapping.columns.filter(isPlain)) {
    const [legacy, service] = [group.legacyColumns[0], group.serviceColumns[0]];
    if (name === (forward ? legacy : service)) return forward ? service : legacy;
  }
  return undefined;
}
