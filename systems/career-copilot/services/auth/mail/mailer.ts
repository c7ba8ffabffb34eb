import { setTimeout as delay } from 'node:timers/promises';
import { withTransaction } from '@banyan/postgres';
import { CallError, type Encryption, type ServiceClient, type ServicePart } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { contracts as notifications } from '../../../contracts/notifications.ts';
import type { TokenSigner } from '../keys.ts';
import { type Account, findAccountByEmail } from '../store.ts';
import { formatToken, hashOfSecret, LINK_SECONDS, newSecret, type Purpose } from './links.ts';
import * as store from './store.ts';

/** What this service asks of notifications. Asked again with the same key, the mail is not sent again. */
export const mailOperations = { sendMail: notifications.operations.sendMail };

type SendMail = ServiceClient<typeof mailOperations>['sendMail'];

export type Mailer = {
  /** Looks for mails now: called when one was queued. Another instance looks by itself. */
  wake(): void;
};

export const NotificationsConfig = Type.Object({
  /** The notifications service, which sends the mails. While it is left out they wait. */
  NOTIFICATIONS_URL: Type.Optional(Type.String({ minLength: 1 })),
});

const MailConfig = Type.Object({
  /** The web application, where links in mails lead. */
  APP_URL: Type.String({ pattern: '^https?://', default: 'http://127.0.0.1:3000' }),
});

/** How often an instance looks for mails that another has left, ms. */
const LOOK_MS = 5_000;
/** How long one may take to hand a mail over before another instance tries, seconds: longer than a call waits. */
const LEASE_SECONDS = 60;
const LONGEST_DELAY_SECONDS = 600;

/**
 * Hands over what is queued. A mail is in the queue until the notifications service has it, and that takes a mail of the same id once:
 * so each is sent once, whatever dies in between. A link is made when the mail is first worked on and stays the same from then on; its
 * secret is kept encrypted, and no longer than the mail.
 */
export const mailer: ServicePart<Mailer, typeof MailConfig> = {
  config: MailConfig,
  async start({ pool, config, log, provided }) {
    const { encryption } = provided.signer as TokenSigner;
    const { sendMail } = provided.notifications as ServiceClient<typeof mailOperations>;
    const work = { pool, encryption, sendMail, log, appUrl: config.APP_URL };
    const stopping = new AbortController();
    let woken = Promise.withResolvers<void>();
    let loop = Promise.resolve();

    async function goOn(): Promise<void> {
      while (!stopping.signal.aborted) {
        woken = Promise.withResolvers();
        try {
          while (!stopping.signal.aborted && (await handleOne(work)));
          await store.removeExpiredLinks(pool);
        } catch (err) {
          log.warn({ err }, 'mails cannot be looked for: tried again');
        }
        const wait = new AbortController();
        const signal = AbortSignal.any([stopping.signal, wait.signal]);
        await Promise.race([woken.promise, delay(LOOK_MS, undefined, { signal }).catch(() => {})]);
        wait.abort();
      }
    }

    return {
      provided: { wake: () => woken.resolve() },
      open: async () => {
        loop = goOn();
      },
      close: async () => {
        stopping.abort();
        await loop;
      },
    };
  },
};

type Work = {
  pool: pg.Pool;
  encryption: Encryption;
  sendMail: SendMail;
  appUrl: string;
  /** Never told of an address or a link. */
  log: { warn(facts: object, text: string): void };
};

/** False: none is due. */
async function handleOne({ pool, encryption, sendMail, appUrl, log }: Work): Promise<boolean> {
  const mail = await store.takeMail(pool, LEASE_SECONDS);
  if (!mail) return false;
  const { id, kind, attempts } = mail;
  if (mail.isExpired) {
    log.warn({ mail: id, kind, attempts }, 'a mail could not be handed over in its time, and is given up');
    await store.removeMail(pool, id);
    return true;
  }
  const body = await bodyOf({ pool, encryption, appUrl }, mail);
  if (body === null) {
    await store.removeMail(pool, id);
    return true;
  }
  try {
    await sendMail({ body });
  } catch (err) {
    if (isRefusal(err)) log.warn({ err, mail: id, kind }, 'a mail was refused, and is given up');
    else {
      log.warn({ err, mail: id, kind, attempts }, 'a mail could not be handed over: tried again');
      await store.delayMail(pool, id, Math.min(2 ** attempts, LONGEST_DELAY_SECONDS));
      return true;
    }
  }
  await store.removeMail(pool, id);
  return true;
}

/** What notifications is asked for; null: nobody is to be told. */
async function bodyOf(
  { pool, encryption, appUrl }: Pick<Work, 'pool' | 'encryption' | 'appUrl'>,
  { id, kind, email, encryptedSecret, expiresAt }: store.Mail,
): Promise<Parameters<SendMail>[0]['body'] | null> {
  const account = await findAccountByEmail(pool, email);
  if (!account?.is_active) return null;
  const mail = { key: id, userId: account.id, to: email, template: kind, expiresAt: expiresAt.toISOString() };
  if (kind === 'password_changed') return { ...mail, parameters: {} };
  if (kind === 'verify_email' && account.email_verified_at !== null) return null;
  const secret =
    encryptedSecret === null
      ? await makeLink(pool, encryption, id, kind, account)
      : await encryption.decrypt(encryptedSecret, contextOf(id));
  // In the fragment, which a browser sends to nobody.
  const link = `${appUrl}/${kind.replaceAll('_', '-')}#token=${formatToken(id, secret)}`;
  return { ...mail, parameters: { link } };
}

async function makeLink(
  pool: pg.Pool,
  encryption: Encryption,
  id: string,
  purpose: Purpose,
  { id: accountId, email }: Account,
): Promise<string> {
  const secret = newSecret();
  const link = {
    id,
    accountId,
    purpose,
    secretHash: hashOfSecret(secret, { purpose, email }),
    encryptedSecret: await encryption.encrypt(secret, contextOf(id)),
    seconds: LINK_SECONDS[purpose],
  };
  await withTransaction(pool, (tx) => store.insertLink(tx, link));
  return secret;
}

const contextOf = (id: string) => `mail:${id}`;

/** To send the same again would be refused again. What is refused for another reason (a key that is not known yet) may be mended. */
function isRefusal(error: unknown): boolean {
  return error instanceof CallError && (error.problem?.status === 400 || error.problem?.status === 422);
}
