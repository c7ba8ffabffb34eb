import { type Collection, MongoClient, MongoServerError } from 'mongodb';
import { type Documents, type Kind, remember } from './documents.ts';

type Stored = { _id: number; value: object; heard: string[]; version: number };

/**
 * In a MongoDB database, a collection for each kind. It needs no transactions, since the effect of an event may well stay when its handling
 * fails afterwards: when the event comes again the document remembers it. What is asked of the server: find by `_id` (`$in`, `$gt`, sort,
 * limit), insert with a unique `_id`, and a replace that finds the version it was made from.
 */
export async function openMongoDocuments(url: string): Promise<Documents> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000, maxPoolSize: 20 });
  await client.connect();
  const db = client.db();
  const of = (kind: Kind): Collection<Stored> => db.collection<Stored>(kind);
  return {
    async change<T extends object>(
      { kind, id, event }: { kind: Kind; id: number; event: string },
      fold: (before: T | undefined) => T,
    ) {
      for (;;) {
        const before = await of(kind).findOne({ _id: id });
        if (before?.heard.includes(event)) return false;
        const after = {
          value: fold(before?.value as T | undefined),
          heard: remember(before?.heard ?? [], event),
          version: (before?.version ?? 0) + 1,
        };
        const made = before
          ? (await of(kind).replaceOne({ _id: id, version: before.version }, after)).matchedCount === 1
          : await inserted(of(kind), { _id: id, ...after });
        if (made) return true;
      }
    },

    async find<T extends object>(kind: Kind, ids: readonly number[]) {
      const found = await of(kind)
        .find({ _id: { $in: [...ids] } })
        .toArray();
      return new Map(found.map(({ _id, value }) => [_id, value as T]));
    },

    async versions(kind, ids) {
      const found = await of(kind)
        .find({ _id: { $in: [...ids] } }, { projection: { version: 1 } })
        .toArray();
      return new Map(found.map(({ _id, version }) => [_id, version]));
    },

    async page<T extends object>(kind: Kind, { after, limit }: { after: number; limit: number }) {
      const found = await of(kind)
        .find({ _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id, value }): [number, T] => [_id, value as T]);
    },

    close: () => client.close(),
  };
}

/** False: somebody else has just made it. */
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
