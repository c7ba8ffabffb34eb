/** What every store of documents, and every system's data products, have to do. */
export { cataloguePage } from '../products/catalogue.ts';
export type { Documents } from '../store/documents.ts';
export { openMongoDocuments } from '../store/mongo.ts';
export { documentsContract } from '../store/testing/contract.ts';
export { productsContract } from './products-contract.ts';
