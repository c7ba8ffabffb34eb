import { type Collection, MongoClient, MongoServerError } from 'mongodb';
import { type Documents, remember } from './documents.ts';

/** One version of a document. */
type Stored = { _id: string; of: number; version: number; value: object; heard: string[] };

/**
 * In a MongoDB database, a collection for each kind. It needs no transactions, since the effect of an event may well stay when its handling
 * fails afterwards: when the event comes again the document remembers it. Nor does it rely on an update that finds what it was made from,
 * which not every server that speaks the protocol keeps others out of: each version is a document of its own, of which an `_id` lets one
 * be made. What is asked of the server: `insert` with a unique `_id`, `find` with `$in`, `$gt`, sort and limit, `delete` with `$lt`.
 */
export async function openMongoDocuments(url: string): Promise<Documents> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000, maxPoolSize: 20 });
  await client.connect();
  const collections = new Map<string, Promise<Collection<Stored>>>();
  const of = (kind: string) => {
    const known = collections.get(kind) ?? withIndex(client.db().collection<Stored>(kind));
    collections.set(kind, known);
    return known;
  };
  const latest = async (kind: string, id: number) =>
    await (await of(kind)).findOne({ of: id }, { sort: { version: -1 } });
  /** The latest version of each. */
  const found = async (kind: string, ids: readonly number[]) =>
    lastOfEach(await (await of(kind)).find({ of: { $in: [...ids] } }).toArray());

  const documents: Documents = {
    async change<T extends object>(
      { kind, id, event }: { kind: string; id: number; event: string },
      fold: (before: T | undefined) => T,
    ) {
      const all = await of(kind);
      for (;;) {
        const before = await latest(kind, id);
        if (before?.heard.includes(event)) return false;
        const version = (before?.version ?? 0) + 1;
        const made = {
          _id: `${id}@${version}`,
          of: id,
          version,
          value: fold(before?.value as T | undefined),
          heard: remember(before?.heard ?? [], event),
        };
        if (!(await inserted(all, made))) continue;
        // Whoever was so slow that its number had been used and removed is behind a later one. So is whose change others have gone
        // on from already: they remember its event, which ends the next round.
        if ((await latest(kind, id))!.version > version) {
          await all.deleteOne({ _id: made._id });
          continue;
        }
        await all.deleteMany({ of: id, version: { $lt: version } });
        return true;
      }
    },

    async changeMany(about, changes) {
      for (const { id, event, fold } of changes) await documents.change({ ...about, id, event }, fold);
    },

    async find<T extends object>(kind: string, ids: readonly number[]) {
      const documents = await found(kind, ids);
      return new Map(documents.map(({ of, value }) => [of, value as T]));
    },

    async versions(kind, ids) {
      return new Map((await found(kind, ids)).map(({ of, version }) => [of, version]));
    },

    async page<T extends object>(kind: string, { after, limit }: { after: number; limit: number }) {
      // Of one that is being changed there may be two versions.
      const documents = await (await of(kind))
        .find({ of: { $gt: after } })
        .sort({ of: 1 })
        .limit(2 * limit)
        .toArray();
      return lastOfEach(documents)
        .slice(0, limit)
        .map(({ of, value }): [number, T] => [of, value as T]);
    },

    close: () => client.close(),
  };
  return documents;
}

async function withIndex(collection: Collection<Stored>): Promise<Collection<Stored>> {
  await collection.createIndex({ of: 1, version: 1 });
  return collection;
}

function lastOfEach(documents: readonly Stored[]): Stored[] {
  const last = new Map<number, Stored>();
  for (const one of documents) if (one.version > (last.get(one.of)?.version ?? 0)) last.set(one.of, one);
  return [...last.values()];
}

/** False: there is one of this number already. */
async function inserted(collection: Collection<Stored>, document: Stored): Promise<boolean> {
  try {
    await collection.insertOne(document);
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return false;
    throw error;
  }
}

const DUPLICATE_KEY = 11_000;
