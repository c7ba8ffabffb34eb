import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { applySchema, createPool, type Db } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { checkSome, sumOfAll } from '../ledger/check.ts';
import type { Line } from '../ledger/decide.ts';
import { inLedger, platformAccount, post } from '../ledger/ledger.ts';

/** A ledger on a database of its own, without the service around it. */
export async function openBooks({ max = 16 }: { max?: number } = {}): Promise<Db> {
  const server = await testServer();
  const pool = createPool(await server.database('ledger'), { max });
  const sql = await readFile(new URL('../schema.sql', import.meta.url), 'utf8');
  await applySchema(pool, { name: 'payment', sql });
  return pool;
}

/** Credits out of nowhere, as a purchase gives them. The posting's id. */
export async function grant(pool: Db, owner: string, credits: number): Promise<string> {
  const lines = issued(owner, credits);
  const { id } = await inLedger(pool, (tx) => post(tx, { key: randomUUID(), kind: 'PURCHASE', lines }));
  return id;
}

/** What gives somebody credits, or takes them back (below 0). */
export function issued(owner: string, credits: number): Line[] {
  return [
    { kind: 'ISSUED', owner: platformAccount(), amount: -credits },
    { kind: 'WALLET', owner, amount: credits },
  ];
}

/** Somebody with so many credits. */
export async function somebody(pool: Db, credits = 0): Promise<string> {
  const owner = randomUUID();
  if (credits > 0) await grant(pool, owner, credits);
  return owner;
}

/** All entries of all accounts add up, and all accounts together are 0. */
export async function assertSound(pool: Db): Promise<void> {
  for (let after: string | null = '0'; after !== null; ) {
    const { found, next } = await checkSome(pool, { after, fromTheBeginning: true });
    assert.deepEqual(found, []);
    after = next;
  }
  assert.equal(await sumOfAll(pool), 0);
}
