import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readServerLog } from './server-log.ts';

const at = (time: string) => Date.parse(`2026-11-26T${time}Z`);

it('reads statements, checkpoints and locks, with who held them', () => {
  const log = `
2026-11-26 01:00:00.500 UTC [11] banyan-applier LOG:  duration: 300.000 ms  execute <unnamed>: COPY (SELECT
2026-11-26 01:00:01.000 UTC [7]  LOG:  checkpoint complete: wrote 923 buffers (5.6%), wrote 2 SLRU buffers; 0 WAL file(s) added, 0 removed, 1 recycled; write=0.100 s, sync=0.700 s, total=0.900 s; sync files=80, longest=0.500 s, average=0.010 s; distance=1 kB, estimate=2 kB; lsn=0/1, redo lsn=0/1
2026-11-26 01:00:02.000 UTC [12] monolith LOG:  process 12 still waiting for RowExclusiveLock on relation 16400 of database 5 after 200.100 ms
2026-11-26 01:00:02.000 UTC [12] monolith DETAIL:  Process holding the lock: 11. Wait queue: 12.
2026-11-26 01:00:02.600 UTC [12] monolith LOG:  process 12 acquired RowExclusiveLock on relation 16400 of database 5 after 800.000 ms
not a line of the server's own format`;
  assert.deepEqual(readServerLog(log), [
    {
      kind: 'statement',
      who: 'banyan-applier',
      what: 'COPY (SELECT',
      ms: 300,
      from: at('01:00:00.200'),
      to: at('01:00:00.500'),
    },
    {
      kind: 'checkpoint',
      who: 'checkpointer',
      what: 'checkpoint sync',
      ms: 700,
      from: at('01:00:00.100'),
      to: at('01:00:01.000'),
    },
    {
      kind: 'lock',
      who: 'monolith',
      what: 'RowExclusiveLock on relation 16400 of database 5, held by banyan-applier',
      ms: 800,
      from: at('01:00:01.800'),
      to: at('01:00:02.600'),
    },
  ]);
});

it('takes nothing from a log that says nothing', () => {
  assert.deepEqual(readServerLog(''), []);
});
