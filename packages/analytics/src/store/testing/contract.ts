import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { type Documents, REMEMBERED } from '../documents.ts';

type Counter = { count: number };

const counted = (before: Counter | undefined) => ({ count: (before?.count ?? 0) + 1 });

/**
 * What every store of documents promises, whatever database is behind it. `open` gives an empty one; `pool` is the service's own
 * database, in whose transactions events are marked as handled.
 */
export function documentsContract(
  name: string,
  open: () => Promise<{ documents: Documents; pool: pg.Pool }>,
): void {
  describe(`documents in ${name}`, () => {
    /** One event, in a transaction of its own. */
    const tell = async (
      { documents, pool }: { documents: Documents; pool: pg.Pool },
      id: number,
      event: string,
    ) =>
      await withTransaction(pool, (tx) =>
        documents.change<Counter>({ kind: 'counters', id, event, tx }, counted),
      );
    const countOf = async (documents: Documents, id: number) =>
      (await documents.find<Counter>('counters', [id])).get(id)?.count;

    it('an event changes a document once, however often it is told', async () => {
      const world = await open();
      assert.equal(await tell(world, 1, 'a'), true);
      assert.equal(await tell(world, 1, 'a'), false);
      assert.equal(await tell(world, 1, 'b'), true);
      assert.equal(await tell(world, 1, 'a'), false);
      assert.equal(await countOf(world.documents, 1), 2);
    });

    it('all events that are handled together may come again when that failed', async () => {
      const world = await open();
      const events = Array.from({ length: REMEMBERED }, (_, n) => `event-${n}`);
      for (let times = 0; times < 2; times++) for (const event of events) await tell(world, 1, event);
      assert.equal(await countOf(world.documents, 1), REMEMBERED);
    });

    it('what failed after the change is made good when the event comes again', async () => {
      const world = await open();
      const failing = withTransaction(world.pool, async (tx) => {
        await world.documents.change<Counter>({ kind: 'counters', id: 1, event: 'a', tx }, counted);
        throw new Error('the process had no luck');
      });
      await assert.rejects(failing, /no luck/);
      await tell(world, 1, 'a');
      assert.equal(await countOf(world.documents, 1), 1);
    });

    it('changes at the same time are all made, of a document that is there and of one that is not', async () => {
      const world = await open();
      for (const round of ['first', 'second'])
        await Promise.all(Array.from({ length: 8 }, (_, n) => tell(world, 1, `${round}-${n}`)));
      assert.equal(await countOf(world.documents, 1), 16);
    });

    it('changes that are made together are those that would be made one after the other', async () => {
      const { documents, pool } = await open();
      await tell({ documents, pool }, 1, 'a');
      const change = (id: number, event: string) => ({ id, event, fold: counted });
      const events = [change(2, 'b'), change(1, 'a'), change(1, 'c'), change(2, 'd'), change(2, 'b')];
      const together = () =>
        withTransaction(pool, (tx) => documents.changeMany<Counter>({ kind: 'counters', tx }, events));
      const before = await documents.versions('counters', [1]);
      await together();
      assert.equal(await countOf(documents, 1), 2);
      assert.equal(await countOf(documents, 2), 2);
      assert.notEqual((await documents.versions('counters', [1])).get(1), before.get(1));
      await Promise.all([together(), tell({ documents, pool }, 3, 'x')]);
      assert.deepEqual([await countOf(documents, 1), await countOf(documents, 2)], [2, 2]);
      await Promise.all(
        ['e', 'f', 'g'].map((event) =>
          withTransaction(pool, (tx) =>
            documents.changeMany<Counter>({ kind: 'counters', tx }, [change(4, event), change(5, event)]),
          ),
        ),
      );
      assert.deepEqual([await countOf(documents, 4), await countOf(documents, 5)], [3, 3]);
    });

    it('one document is another after each change, and others stay as they are', async () => {
      const world = await open();
      await tell(world, 1, 'a');
      await tell(world, 2, 'a');
      const before = await world.documents.versions('counters', [1, 2, 3]);
      await tell(world, 1, 'b');
      const after = await world.documents.versions('counters', [1, 2, 3]);
      assert.notEqual(after.get(1), before.get(1));
      assert.equal(after.get(2), before.get(2));
      assert.equal(after.get(3), undefined);
    });

    it('those of a kind are read in pages by their ids, and other kinds are not among them', async () => {
      const { documents, pool } = await open();
      for (const id of [30, 4, 200, 1]) await tell({ documents, pool }, id, 'a');
      await withTransaction(pool, (tx) =>
        documents.change({ kind: 'things', id: 5, event: 'a', tx }, () => ({ title: 'Engineer' })),
      );
      const seen: number[] = [];
      for (let after = 0; ; ) {
        const page = await documents.page<Counter>('counters', { after, limit: 3 });
        if (page.length === 0) break;
        seen.push(...page.map(([id]) => id));
        after = page.at(-1)![0];
      }
      assert.deepEqual(seen, [1, 4, 30, 200]);
      assert.deepEqual([...(await documents.find('things', [4, 5]))], [[5, { title: 'Engineer' }]]);
      assert.deepEqual(await documents.find('others', []), new Map());
    });

    it('a document comes back as it was, with text of any script', async () => {
      const { documents, pool } = await open();
      const value = {
        '7': {
          title: 'Ingeniør 李 🙂',
          none: null,
          steps: [
            { to: 'applied', rate: 1.5 },
            { to: 'offer', rate: 2 },
          ],
        },
      };
      await withTransaction(pool, (tx) =>
        documents.change({ kind: 'things', id: 1, event: 'a', tx }, () => value),
      );
      assert.deepEqual((await documents.find('things', [1])).get(1), value);
    });
  });
}
