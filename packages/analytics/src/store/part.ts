import type { ServicePart } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import type { Documents } from './documents.ts';
import { applyDocumentsSchema, postgresDocuments } from './postgres.ts';

const StoreConfig = Type.Object({
  /** A MongoDB database for the documents, `mongodb://host/analytics`. Without it they are in the service's own. A secret. */
  ANALYTICS_MONGO_URL: Type.Optional(Type.String({ pattern: '^mongodb(\\+srv)?://', secret: true })),
});

/** The documents, where the configuration says that they are. */
export const documents: ServicePart<Documents, typeof StoreConfig> = {
  config: StoreConfig,
  start: async ({ config: { ANALYTICS_MONGO_URL: url }, pool }) => {
    const provided = url === undefined ? await inOwnDatabase(pool) : await inMongo(url);
    return { provided, close: () => provided.close() };
  },
};

async function inOwnDatabase(pool: pg.Pool): Promise<Documents> {
  await applyDocumentsSchema(pool);
  return postgresDocuments(pool);
}

/** The driver takes longer to load than the rest of the service. */
async function inMongo(url: string): Promise<Documents> {
  return await (await import('./mongo.ts')).openMongoDocuments(url);
}
