import { connectionSecrets } from '@banyan/connections';
import { type EncryptedColumns, encryptedColumns } from '@banyan/service';
import { contextOf as ofSource } from './incoming/sources.ts';
import { contextOf as ofEndpoint } from './webhooks/endpoints.ts';

const owner = 'user_id';

/** Every column that keeps a secret of somebody. */
export const SECRETS: readonly EncryptedColumns[] = [
  { table: 'webhook_endpoints', columns: ['secret', 'previous_secret'], owner, contextOf: ofEndpoint },
  { table: 'incoming_sources', columns: ['secret'], owner, contextOf: ofSource },
  ...connectionSecrets,
];

/** The encryption of what this service keeps of others. */
export const encryption = encryptedColumns(SECRETS);
