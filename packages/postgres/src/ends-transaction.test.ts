import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endsTransaction } from './ends-transaction.ts';

test('statements that begin or end a transaction are known, alone and among others', () => {
  for (const text of [
    'COMMIT',
    ' commit;',
    'end',
    'ROLLBACK',
    'rollback and chain',
    'ABORT',
    'BEGIN ISOLATION LEVEL SERIALIZABLE',
    'start  transaction',
    "PREPARE TRANSACTION 'x'",
    "INSERT INTO t VALUES ('a;b'); COMMIT",
    '/* now */ COMMIT',
    '-- now\nCOMMIT',
    'SELECT 1; -- and\n END; SELECT 2',
  ]) {
    assert.ok(endsTransaction(text), text);
  }
});

test('what only looks like it is left alone', () => {
  for (const text of [
    'ROLLBACK TO SAVEPOINT a',
    'rollback work to a; RELEASE SAVEPOINT a',
    'SAVEPOINT a',
    'INSERT INTO commits VALUES (1)',
    "INSERT INTO t VALUES ('x; COMMIT')",
    'DO $$ BEGIN PERFORM 1; END $$',
    'DO $body$ BEGIN PERFORM 1; COMMIT; END $body$; SELECT 1',
    'SELECT 1; /* ; COMMIT */ SELECT 2',
    'SELECT "a; END" FROM t; SELECT 1',
    'PREPARE transaction_of_mine AS SELECT 1',
    'ENDPOINTS',
  ]) {
    assert.ok(!endsTransaction(text), text);
  }
});
