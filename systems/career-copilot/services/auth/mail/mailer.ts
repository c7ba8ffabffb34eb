import { withTransaction } from '@banyan/postgres';
import {
  CallError,
  type Encryption,
  type Leased,
  leasedQueue,
  repeatedWork,
  type ServiceClient,
  type ServicePart,
  type Signals,
  type TokenSigner,
  whyNotWriter,
} from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { contracts as notifications } from '../../../contracts/notifications.ts';
import { type Account, findAccountByEmail } from '../store.ts';
import { formatToken, hashOfSecret, LINK_SECONDS, newSecret, type Purpose } from './links.ts';
import * as store from './store.ts';

/** What this service asks of notifications. Asked again with the same key, the mail is not sent again. */
export const mailOperations = { sendMail: notifications.operations.sendMail };

type SendMail = ServiceClient<typeof mailOperations>['sendMail'];

export const NotificationsConfig = Type.Object({
  /** The notifications service, which sends the mails. While it is left out they wait. */
  NOTIFICATIONS_URL: Type.Optional(Type.String({ minLength: 1 })),
});

const MailConfig = Type.Object({
  /** The web application, where links in mails lead. */
  APP_URL: Type.String({ pattern: '^https?://', default: 'http://127.0.0.1:3000' }),
});

/** How often an instance looks for mails that another has left, or whose signal was missed, ms. */
const LOOK_MS = 5_000;
/** How often links that are good no more are removed, ms. */
const TIDY_MS = 60_000;
const LONGEST_PAUSE_MS = 600_000;
/** Until it is looked again whether all users are this service's, ms. */
const WAITING_MS = 3_600_000;

/**
 * Hands over what is queued. A mail is in the queue until the notifications service has it, and that takes a mail of the same id once:
 * so each is sent once, whatever dies in between. A link is made when the mail is first worked on and stays the same from then on; its
 * secret is kept encrypted, and no longer than the mail.
 */
export const mailer: ServicePart<undefined, typeof MailConfig> = {
  config: MailConfig,
  async start(host) {
    const { pool, config, log, provided } = host;
    const { encryption } = provided.signer as TokenSigner;
    const { sendMail } = provided.notifications as ServiceClient<typeof mailOperations>;
    const work = { pool, encryption, sendMail, log, service: host.service, appUrl: config.APP_URL };
    const queue = leasedQueue(host, 'hand mails over', {
      most: 1,
      everyMs: LOOK_MS,
      lease: (most, inHand) => store.mails.lease(pool, most, inHand),
      handle: (mail) => handOver(work, mail),
    });
    const tidying = repeatedWork(host, {
      'remove expired links': { everyMs: TIDY_MS, run: () => store.removeExpiredLinks(pool) },
    });
    let off = () => {};
    return {
      provided: undefined,
      open: async () => {
        off = (provided.signals as Signals<'auth_mails'>).on('auth_mails', queue.wake);
        await Promise.all([queue.open(), tidying.open()]);
      },
      close: async () => {
        off();
        await Promise.all([queue.close(), tidying.close()]);
      },
    };
  },
};

type Work = {
  pool: pg.Pool;
  encryption: Encryption;
  sendMail: SendMail;
  /** This service's name, by which it is told how many users are its own. */
  service: string;
  appUrl: string;
  /** Never told of an address or a link. */
  log: { warn(facts: object, text: string): void };
};

async function handOver(work: Work, mail: Leased<store.Mail>): Promise<void> {
  const { pool, sendMail, log } = work;
  const { id, kind, attempt } = mail;
  if (mail.isExpired) {
    log.warn({ mail: id, kind, attempt }, 'a mail could not be handed over in its time, and is given up');
    return await store.removeMail(pool, id);
  }
  const account = await findAccountByEmail(pool, mail.email);
  if (!isWanted(mail, account)) return await store.removeMail(pool, id);
  if (kind === 'verify_email' && !(await leadsSomewhere(work))) {
    await store.mails.release(pool, mail, WAITING_MS);
    return;
  }
  const body = await bodyOf(work, mail, account);
  try {
    await sendMail({ body });
  } catch (err) {
    if (!isRefusal(err)) {
      log.warn({ err, mail: id, kind, attempt }, 'a mail could not be handed over: tried again');
      await store.mails.release(pool, mail, Math.min(2 ** attempt * 1_000, LONGEST_PAUSE_MS));
      return;
    }
    log.warn({ err, mail: id, kind }, 'a mail was refused, and is given up');
  }
  await store.removeMail(pool, id);
}

/** Whether there is somebody to be told, and something to tell. */
function isWanted({ kind }: store.Mail, account: Account | undefined): account is Account {
  if (!account?.is_active) return false;
  return kind !== 'verify_email' || account.email_verified_at === null;
}

/** While the monolith has users, the gateway sends nobody to where a link that proves an address leads. */
async function leadsSomewhere({ pool, service }: Work): Promise<boolean> {
  const why = await withTransaction(pool, (tx) => whyNotWriter(tx, { service, tables: ['refresh_tokens'] }));
  return why === undefined;
}

/** What notifications is asked for. */
async function bodyOf(
  work: Work,
  { id, kind, email, encryptedSecret, expiresAt }: store.Mail,
  account: Account,
): Promise<Parameters<SendMail>[0]['body']> {
  const mail = { key: id, userId: account.id, to: email, template: kind };
  if (kind === 'password_changed') return { ...mail, expiresAt: expiresAt.toISOString(), parameters: {} };
  const link =
    encryptedSecret === null
      ? await makeLink(work, id, kind, account)
      : { secret: await work.encryption.decrypt(encryptedSecret, contextOf(id)), expiresAt };
  // In the fragment, which a browser sends to nobody.
  const url = `${work.appUrl}/${kind.replaceAll('_', '-')}#token=${formatToken(id, link.secret)}`;
  return { ...mail, expiresAt: link.expiresAt.toISOString(), parameters: { link: url } };
}

async function makeLink(
  { pool, encryption }: Pick<Work, 'pool' | 'encryption'>,
  id: string,
  purpose: Purpose,
  { id: accountId, email }: Account,
): Promise<{ secret: string; expiresAt: Date }> {
  const secret = newSecret();
  const link = {
    id,
    accountId,
    purpose,
    secretHash: hashOfSecret(secret, { purpose, email }),
    encryptedSecret: await encryption.encrypt(secret, contextOf(id)),
    seconds: LINK_SECONDS[purpose],
  };
  return { secret, expiresAt: await withTransaction(pool, (tx) => store.insertLink(tx, link)) };
}

const contextOf = (id: string) => `mail:${id}`;

/** To send the same again would be refused again. What is refused for another reason (a key that is not known yet) may be mended. */
function isRefusal(error: unknown): boolean {
  return error instanceof CallError && (error.problem?.status === 400 || error.problem?.status === 422);
}
