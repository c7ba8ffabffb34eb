import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Begin, Commit, Insert, LogicalMessage, Relation, WalMessage } from '@banyan/postgres';
import fc from 'fast-check';
import { FanOut } from './fan-out.ts';

const TABLES = ['public.a', 'public.b', 'public.c'];

type Change = { table: number } | 'message';
type Transaction = { origin: boolean; changes: Change[] };

const transaction = fc.record({
  origin: fc.boolean(),
  changes: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ table: fc.nat(TABLES.length - 1) }) },
      { weight: 1, arbitrary: fc.constant('message' as const) },
    ),
    { maxLength: 5 },
  ),
});

/** As the source sends it, and each of its changes told apart. */
function messagesOf(transactions: readonly Transaction[]): WalMessage[] {
  const messages: WalMessage[] = [{ kind: 'start', lsn: 0n }];
  const announced = new Set<number>();
  let serial = 0;
  for (const [index, { origin, changes }] of transactions.entries()) {
    const commitLsn = BigInt(index * 10 + 5);
    messages.push({ kind: 'begin', finalLsn: commitLsn, commitTime: 0n, xid: index } satisfies Begin);
    if (origin) messages.push({ kind: 'origin', originLsn: 0n, name: 'other' });
    for (const change of changes) {
      const name = String(serial++);
      if (change === 'message') {
        const content = Buffer.from(name);
        const message: LogicalMessage = {
          kind: 'message',
          transactional: true,
          lsn: 0n,
          prefix: 'p',
          content,
        };
        messages.push(message);
        continue;
      }
      const [schema, table] = TABLES[change.table]!.split('.') as [string, string];
      const relation: Relation = {
        kind: 'relation',
        id: change.table,
        schema,
        table,
        replicaIdentity: 'd',
        columns: [],
      };
      if (!announced.has(change.table)) messages.push(relation);
      announced.add(change.table);
      messages.push({ kind: 'insert', relationId: change.table, new: [name] } satisfies Insert);
    }
    messages.push({ kind: 'commit', commitLsn, endLsn: commitLsn + 1n, commitTime: 0n } satisfies Commit);
    messages.push({ kind: 'keepalive', lsn: commitLsn + 2n });
  }
  return messages;
}

/** What a stream of a link's own would have brought: no transaction without something in it. */
function expected(transactions: readonly Transaction[], wanted: readonly number[]): string[] {
  let serial = 0;
  return transactions.flatMap(({ origin, changes }, xid) => {
    const mine = changes.flatMap((change) => {
      const name = serial++;
      return change === 'message' || wanted.includes(change.table) ? [`${name}`] : [];
    });
    return mine.length === 0 ? [] : [`begin ${xid}`, ...(origin ? ['origin'] : []), ...mine, 'commit'];
  });
}

function told(messages: readonly WalMessage[]): string[] {
  return messages.flatMap((message) => {
    if (message.kind === 'begin') return [`begin ${message.xid}`];
    if (message.kind === 'insert') return [String(message.new[0])];
    if (message.kind === 'message') return [message.content.toString()];
    return message.kind === 'origin' || message.kind === 'commit' ? [message.kind] : [];
  });
}

test('each recipient is told what a stream of its own would have brought, in order, and passes every position', () => {
  const wants = fc.array(fc.uniqueArray(fc.nat(TABLES.length - 1)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(transaction, { maxLength: 12 }), wants, (transactions, wanted) => {
      const got: WalMessage[][] = wanted.map(() => []);
      const fanOut = new FanOut(
        wanted.map((tables, index) => ({
          wants: (table) => tables.some((each) => TABLES[each] === table),
          take: (message) => void got[index]!.push(message),
        })),
      );
      for (const message of messagesOf(transactions)) fanOut.take(message);
      for (const [index, tables] of wanted.entries()) {
        assert.deepEqual(told(got[index]!), expected(transactions, tables));
        const ends = got[index]!.flatMap((each) =>
          each.kind === 'commit' ? [each.endLsn] : each.kind === 'keepalive' ? [each.lsn] : [],
        );
        assert.deepEqual(
          ends,
          [...ends].sort((a, b) => Number(a - b)),
        );
        assert.equal(ends.length, transactions.length * 2);
        const known = new Set<number>();
        for (const message of got[index]!) {
          if (message.kind === 'relation') known.add(message.id);
          if (message.kind === 'insert') assert.ok(known.has(message.relationId));
        }
      }
    }),
  );
});
