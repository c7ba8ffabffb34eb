import type { Events } from '@banyan/events';
import type { Db } from '@banyan/postgres';
import {
  createPasswords,
  type FileStore,
  GatewayConfig,
  implement,
  publicKeysAt,
  type ServiceApp,
  type ServiceClient,
  type ServiceContext,
  type Signatures,
  service,
  type TokenSigner,
} from '@banyan/service';
import { hash, verify } from '@node-rs/bcrypt';
import { type Static, Type } from 'typebox';
import { API } from '../../api/common.ts';
import type { publicExport } from '../../contracts/public-api.ts';
import { contracts } from '../../contracts/user.ts';
import { answerAsMonolith } from '../../kit/problem-answers.ts';
import { ApiError } from '../../kit/problems.ts';
import { JWKS_PATH } from '../../kit/tokens.ts';
import type { Archiving } from './archive/part.ts';
import { archiveRoutes } from './archive/routes.ts';
import { authRoutes } from './auth-routes.ts';
import { changeBy } from './change.ts';
import { privacyOf } from './decide.ts';
import { erasureRoutes } from './erasure/routes.ts';
import { type Keepers, KeepersConfig, keepersIn } from './keepers.ts';
import { createLogins } from './logins.ts';
import type { Pictures } from './pictures/part.ts';
import { pictureRoutes } from './pictures/routes.ts';
import { findUser } from './store.ts';
import { userRoutes } from './user-routes.ts';

export const Config = Type.Object({
  ...GatewayConfig.properties,
  ...KeepersConfig.properties,
  REFRESH_TOKEN_DAYS: Type.Integer({ minimum: 1, default: 30 }),
  /** The work factor of passwords; the monolith reads them too. */
  BCRYPT_COST: Type.Integer({ minimum: 4, maximum: 31, default: 10 }),
});

/** What routes are given by the parts of the service. */
type Given = {
  signer: TokenSigner;
  events: Pick<Events<typeof contracts>, 'publish'>;
  keepers: Keepers;
  signatures: Signatures;
  erasing: { wake(): void };
  api: ServiceClient<typeof publicExport>;
  archiving: Archiving;
  files: FileStore;
  pictures: Pictures;
};

export async function routes(
  app: ServiceApp,
  context: ServiceContext<Static<typeof Config>, Given>,
): Promise<void> {
  const { pool, config, signer, events } = context;
  const passwords = createPasswords(
    {
      hash: (password) => hash(password, { cost: config.BCRYPT_COST }),
      verify: async (password, passwordHash) =>
        passwordHash.startsWith('$2') && (await verify(password, passwordHash)),
    },
    { refuse: () => new ApiError('OVERLOADED') },
  );
  const logins = createLogins(signer, config.REFRESH_TOKEN_DAYS);
  publicKeysAt(app, JWKS_PATH, signer);
  app.decorateRequest('caller', null);
  await app.register(
    async (api: ServiceApp) => {
      answerAsMonolith(api);
      authRoutes(api, { pool, passwords, logins, events });
      const change = changeBy(events);
      userRoutes(api, { pool, change });
      await pictureRoutes(api, { ...context, change });
      erasureRoutes(api, { ...context, there: keepersIn(config) });
      archiveRoutes(api, context);
    },
    { prefix: API },
  );
  internalRoutes(app, pool);
}

/** What other services ask. */
function internalRoutes(app: ServiceApp, pool: Db): void {
  app.register(async (scope: ServiceApp) => {
    answerAsMonolith(scope);
    implement(
      scope,
      contracts.operations,
      {
        getPerson: async ({ params: { id } }) => {
          const found = await findUser(pool, id);
          if (!found) throw new ApiError('USER_NOT_FOUND');
          const { fullName, status } = found.user;
          return { fullName, status, privacySettings: privacyOf(found.chosen) };
        },
      },
      { getPerson: { config: { allow: [service()], errors: [404] } } },
    );
  });
}
