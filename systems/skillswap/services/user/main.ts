import { eventing, type FromRows } from '@banyan/events';
import { calls, defineService, files, personalData, type Signatures, tokenSigner } from '@banyan/service';
import type { Static } from 'typebox';
import { publicExport } from '../../contracts/public-api.ts';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import { USER_ISSUER } from '../../kit/tokens.ts';
import { archiving } from './archive/part.ts';
import { erasing, proofSignatures } from './erasure/part.ts';
import { erasureSaga } from './erasure/saga.ts';
import { contracts, fromRows } from './facts.ts';
import { type Keepers, type KeepersConfig, keepers, keepersIn } from './keepers.ts';
import { removingPictures } from './pictures/part.ts';
import { countOf } from './pictures/store.ts';
import { Config, routes } from './routes.ts';

/** What one service has of one person, at most. */
const ARCHIVE_BYTES = 64 * 1_048_576;

/** Accounts, logins, profiles and privacy. */
export const user = defineService({
  name: 'user',
  config: Config,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    signer: tokenSigner(USER_ISSUER),
    personalData,
    keepers,
    signatures: proofSignatures,
    // What the monolith has of somebody.
    api: calls(publicExport, {
      config: IssuerConfig,
      urls: ({ API_URL }) => ({ api: API_URL }),
      policy: { answerBytes: ARCHIVE_BYTES, timeoutMs: 20_000, deadlineMs: 30_000 },
    }),
    files: files({ variable: 'PICTURE_STORE', folder: '.banyan/pictures' }),
    pictures: removingPictures,
    events: eventing(contracts, (host) => ({
      fromRows: fromRows as unknown as FromRows<typeof contracts>,
      sagasOnDemand: true,
      sagas: [
        erasureSaga({
          keepers: host.provided.keepers as Keepers,
          isThere: (keeper) =>
            keepersIn(host.config as unknown as Static<typeof KeepersConfig>).includes(keeper),
          signatures: host.provided.signatures as Signatures,
          filesOf: (userId) => countOf(host.pool, userId),
        }),
      ],
    })),
    erasing,
    archiving,
  },
  auth: { issuers: ({ config, signer }) => [signer.trusted, ...issuersOf(config)] },
  routes,
});

if (import.meta.main) await user.run();
