import { keyOrder } from '../catalog/key-order.ts';
import { sidesOf } from '../link/link-record.ts';
import { nameOf } from '../mapping/mapping.ts';
import type { Context } from './context.ts';
import { type Finding, warning } from './finding.ts';

/** Keys that both servers, asked for the order of the table's own, do not order alike: it costs time, and nothing else. */
export async function checkKeyOrder({ config, source, target }: Context): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const mapping of config.tables) {
    const sides = sidesOf(mapping, config.direction);
    const [from, to] = await Promise.all([source.table(sides.source), target.table(sides.target)]);
    if (!from || !to) continue; // findings of their own
    const known = [
      [from, sides.source.key],
      [to, sides.target.key],
    ] as const;
    if (!known.every(([table, key]) => key.every((column) => table.columns.has(column)))) continue;
    const orders = await keyOrder(
      { db: source.db, table: from, key: sides.source.key },
      { db: target.db, table: to, key: sides.target.key },
    );
    const columns = sides.source.key.filter((_, index) => orders[index] === 'text');
    if (columns.length === 0) continue;
    const indexed = columns.map((column) => `(("${column}"::text) COLLATE "C")`).join(', ');
    findings.push({
      ...warning(
        'key_order',
        `The two databases do not order ${nameOf(sides.source)} alike by ${columns.join(', ')}: it is read by the bytes of the key's text, which no index serves.`,
        `Give the key the same type and collation on both sides, or, if the table is large, CREATE INDEX ON ${nameOf(sides.source)} (${indexed}).`,
        nameOf(sides.source),
      ),
      end: source.is,
    });
  }
  return findings;
}
