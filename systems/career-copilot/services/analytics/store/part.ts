import type { ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import type { Documents } from './documents.ts';
import { postgresDocuments } from './postgres.ts';

const StoreConfig = Type.Object({
  /** A MongoDB database for the documents, `mongodb://host/analytics`. Without it they are in the service's own. A secret. */
  ANALYTICS_MONGO_URL: Type.Optional(Type.String({ pattern: '^mongodb(\\+srv)?://', secret: true })),
});

/** The documents, where the configuration says that they are. */
export const documents: ServicePart<Documents, typeof StoreConfig> = {
  config: StoreConfig,
  start: async ({ config: { ANALYTICS_MONGO_URL: url }, pool }) => {
    // The driver takes longer to load than the rest of the service.
    const provided = url
      ? await (await import('./mongo.ts')).openMongoDocuments(url)
      : postgresDocuments(pool);
    return { provided, close: () => provided.close() };
  },
};
