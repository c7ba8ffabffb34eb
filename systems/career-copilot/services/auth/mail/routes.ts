import { createHash } from 'node:crypto';
import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import {
  defineErrors,
  type KeyValueStore,
  type Passwords,
  type ServiceApp,
  signedIn,
  withinLimit,
} from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { Email, EmailVerification, NewPassword } from '../../../api/auth.ts';
import { Message } from '../../../api/common.ts';
import { LEGACY_ERRORS } from '../../../api/errors.ts';
import type { contracts } from '../../../contracts/auth.ts';
import { isTooLongForBcrypt } from '../../../kit/passwords.ts';
import { identify } from '../callers.ts';
import { normalizeEmail } from '../decide.ts';
import { revokeGrantsOf } from '../oauth/store.ts';
import type { Sessions } from '../sessions.ts';
import * as accounts from '../store.ts';
import { isGoodLink, LINK_SECONDS, type Purpose, parseToken } from './links.ts';
import * as store from './store.ts';

const errors = defineErrors({
  BAD_LINK: [400, 'This link is not good, or not any more. Ask for a new one.'],
  PASSWORD_TOO_LONG: LEGACY_ERRORS.PASSWORD_TOO_LONG,
  TOO_MANY_MAILS: [429, 'You were sent several mails already. Look for them, or try again in an hour.'],
});

/** Mails of one kind that one address is sent. */
const MAILS = { max: 5, windowMs: 3_600_000 };
/** What tells of a reset is worth telling also later. */
const TOLD_SECONDS = 86_400;

const Token = Type.String({ minLength: 1, maxLength: 128, description: 'Of the link in the mail.' });

type Context = {
  pool: pg.Pool;
  limits: KeyValueStore;
  passwords: Passwords;
  sessions: Sessions;
  events: Events<typeof contracts>;
};

/**
 * Passwords that were forgotten, and addresses that are proved. Whoever asks for a reset learns nothing: whether there is an account
 * is not looked at before the answer, so that neither the answer nor its time can say it.
 */
export function mailRoutes(app: ServiceApp, { pool, limits, passwords, sessions, events }: Context): void {
  app.post(
    '/auth/password-reset',
    {
      config: { allow: 'everybody' },
      schema: {
        description:
          'Sends a link to the address if it has an account. The answer is the same if not, or if it was sent several.',
        body: Type.Object({ email: Email }),
        response: { 202: Message },
      },
    },
    async ({ body }, reply) => {
      const email = normalizeEmail(body.email);
      // By its hash: what counts requests need not know whose they are.
      if (await withinLimit(limits, `mail:reset_password:${sha256(email)}`, MAILS)) {
        const lifeSeconds = LINK_SECONDS.reset_password;
        await store.queueMail(pool, { kind: 'reset_password', email, lifeSeconds });
      }
      return await reply.code(202).send({ message: 'If this address has an account, a mail is on its way' });
    },
  );

  app.post(
    '/auth/password-reset/confirm',
    {
      config: { allow: 'everybody' },
      schema: {
        description: 'Sets a new password, ends all sessions and tells the owner. The link is good once.',
        body: Type.Object({ token: Token, new_password: NewPassword }),
        response: { 204: Type.Null() },
      },
    },
    async ({ body }, reply) => {
      if (isTooLongForBcrypt(body.new_password)) throw errors('PASSWORD_TOO_LONG');
      // Looked at before as well: a hash costs too much to be made for anybody.
      await goodLink(pool, body.token, 'reset_password');
      const passwordHash = await passwords.hash(body.new_password);
      await withTransaction(pool, async (tx) => {
        const { id, email } = await lockGoodLink(tx, body.token, 'reset_password');
        await accounts.setPasswordHash(tx, id, passwordHash);
        await store.removeLinks(tx, id, 'reset_password');
        await sessions.endOthers(tx, { accountId: id, kept: null, reason: 'password_reset' });
        await revokeGrantsOf(tx, id);
        await store.queueMail(tx, { kind: 'password_changed', email, lifeSeconds: TOLD_SECONDS });
        await events.publish(tx, 'PasswordChanged', { userId: id });
      });
      return await reply.code(204).send(null);
    },
  );

  app.get(
    '/auth/email-verification',
    {
      config: { allow: [signedIn], errors: [401] },
      schema: {
        description:
          'Whether the address of the account is known to be its owner’s: what an application asks them to do something about.',
        response: { 200: EmailVerification },
      },
    },
    async (request) => {
      const { email, email_verified_at: since } = await identify(pool, request);
      return { email, email_verified: since !== null };
    },
  );

  app.post(
    '/auth/email-verification',
    {
      config: { allow: [signedIn], errors: [401, 429] },
      schema: {
        description: 'Sends a link to the address of the account, if it is not verified yet.',
        response: { 202: Message },
      },
    },
    async (request, reply) => {
      const account = await identify(pool, request);
      if (account.email_verified_at === null) {
        if (!(await withinLimit(limits, `mail:verify_email:${account.id}`, MAILS)))
          throw errors('TOO_MANY_MAILS', { headers: { 'retry-after': String(MAILS.windowMs / 1_000) } });
        const lifeSeconds = LINK_SECONDS.verify_email;
        await store.queueMail(pool, { kind: 'verify_email', email: account.email, lifeSeconds });
      }
      return await reply.code(202).send({ message: 'Unless the address is verified, a mail is on its way' });
    },
  );

  app.post(
    '/auth/email-verification/confirm',
    {
      config: { allow: 'everybody' },
      schema: { body: Type.Object({ token: Token }), response: { 204: Type.Null() } },
    },
    async ({ body }, reply) => {
      await withTransaction(pool, async (tx) => {
        const { id } = await lockGoodLink(tx, body.token, 'verify_email');
        await store.removeLinks(tx, id, 'verify_email');
        if (await accounts.setVerified(tx, id)) await events.publish(tx, 'UserVerified', { userId: id });
      });
      return await reply.code(204).send(null);
    },
  );
}

/**
 * The same, locked with all its links until the transaction ends, so that each is used once. The account alone is: of two that each had a link
 * of it and wanted the other's, neither would come to an end.
 */
async function lockGoodLink(tx: pg.PoolClient, token: string, purpose: Purpose): Promise<accounts.Account> {
  const { id } = await goodLink(tx, token, purpose);
  await accounts.lockAccount(tx, id);
  return await goodLink(tx, token, purpose);
}

/** The account whose mail was read. Throws `BAD_LINK`, whatever is wrong. */
async function goodLink(
  db: pg.Pool | pg.PoolClient,
  token: string,
  purpose: Purpose,
): Promise<accounts.Account> {
  const parsed = parseToken(token);
  const link = parsed ? await store.findLink(db, parsed.id) : undefined;
  if (!parsed || !link) throw errors('BAD_LINK');
  const account = await accounts.findAccount(db, link.account_id);
  if (!account?.is_active) throw errors('BAD_LINK');
  if (!isGoodLink(link, parsed.secret, { purpose, email: account.email }, link.now)) throw errors('BAD_LINK');
  return account;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
