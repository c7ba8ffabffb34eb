import { Readable } from 'node:stream';
import type MailComposer from 'nodemailer/lib/mail-composer';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Channel, Outcome, Outgoing } from './channel.ts';

export type EmailOptions = {
  /** `smtp://host:587`, or `smtps://host:465`; with user and password in it nothing is sent without TLS. */
  url: string;
  /** As whom: `Career Copilot <no-reply@career.example>`. */
  from: string;
  /** How long the other side may say nothing. */
  timeoutMs?: number;
};

/**
 * E-mail by SMTP, a connection for each message. The message is given out only after the server has taken the envelope and asked for
 * it, and hand-over is noted before its first byte: what fails before was not sent, whatever fails.
 */
export function createEmail({ url, from, timeoutMs = 20_000 }: EmailOptions): Channel {
  const server = serverOf(url);
  const sender = addressIn(from);
  return {
    name: 'email',
    async send(message, handOver) {
      const [{ default: Composer }, { default: Connection }] = await libraries();
      const content = await compose(Composer, message, from, sender);
      let handedOver = false;
      const connection = new Connection({
        ...server.options,
        connectionTimeout: timeoutMs,
        greetingTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        dnsTimeout: timeoutMs,
      });
      try {
        await connected(connection, server.auth);
        const stream = Readable.from(
          (async function* () {
            await handOver();
            handedOver = true;
            yield content;
          })(),
        );
        await given(connection, { from: sender, to: message.to, size: content.length }, stream);
        return { is: 'sent', providerId: messageIdOf(message.deliveryId, sender) };
      } catch (error) {
        return outcomeOf(error as SmtpError, handedOver);
      } finally {
        connection.close();
      }
    },
    close: async () => {},
  };
}

/** The same at each attempt: mailboxes that know a message by it show one. */
function messageIdOf(deliveryId: string, sender: string): string {
  return `<${deliveryId}@${sender.split('@')[1]}>`;
}

type SmtpError = Error & {
  responseCode?: number;
  response?: string;
  command?: string;
  rejectedErrors?: SmtpError[];
};

// Only a service that sends e-mail pays for them.
const libraries = () =>
  Promise.all([import('nodemailer/lib/mail-composer'), import('nodemailer/lib/smtp-connection')]);

async function compose(
  Composer: typeof MailComposer,
  message: Outgoing,
  from: string,
  sender: string,
): Promise<Buffer> {
  const { deliveryId, to, subject, text, html, unsubscribeUrl } = message;
  return await new Composer({
    from,
    to: { name: '', address: to },
    subject,
    text,
    html,
    messageId: messageIdOf(deliveryId, sender),
    headers: {
      // No answers from machines to a machine.
      'Auto-Submitted': 'auto-generated',
      ...(unsubscribeUrl === null
        ? {}
        : {
            'List-Unsubscribe': { prepared: true, value: `<${unsubscribeUrl}>` },
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          }),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}

function connected(
  connection: SMTPConnection,
  auth: { user: string; pass: string } | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // Also later: an error that nobody listens to would end the process.
    connection.on('error', reject);
    connection.connect((error?: Error | null) => {
      if (error) reject(error);
      else if (auth)
        connection.login(auth, (refused?: Error | null) => (refused ? reject(refused) : resolve()));
      else resolve();
    });
  });
}

function given(
  connection: SMTPConnection,
  envelope: { from: string; to: string; size: number },
  stream: Readable,
): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.on('error', reject);
    connection.send(envelope, stream, (error?: Error | null) => (error ? reject(error) : resolve()));
  });
}

/** RFC 5321: 4yz may be tried again, 5yz not; RFC 3463: 5.1.x is about the address. */
function outcomeOf(thrown: SmtpError, handedOver: boolean): Outcome {
  const error = thrown.rejectedErrors?.[0] ?? thrown;
  const { responseCode: code, response = '', command } = error;
  const reason = (response || error.message).replace(/\s+/g, ' ').slice(0, 300);
  if (code === undefined) return handedOver ? { is: 'unknown', reason } : { is: 'unsent', reason };
  if (code < 500 || code === BAD_SEQUENCE) return { is: 'unsent', reason };
  // Of a greeting, TLS or a login: nothing is wrong with this message, somebody has to mend the configuration.
  if (!OF_MESSAGE.has(command ?? '')) return { is: 'unsent', reason };
  const enhanced = /^\d{3}[ -](\d\.\d+\.\d+)/.exec(response)?.[1];
  const addressIsBad = enhanced
    ? /^5[.]1[.](1|2|3|6|10)$/.test(enhanced)
    : command === 'RCPT TO' && [550, 551, 553].includes(code);
  return { is: 'refused', reason: addressIsBad ? 'NO_SUCH_ADDRESS' : 'REFUSED', addressIsBad };
}

const OF_MESSAGE = new Set(['MAIL FROM', 'RCPT TO', 'DATA']);
/** Of commands, which is a matter of the connection and not of the message. */
const BAD_SEQUENCE = 503;

function serverOf(url: string) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const auth =
    username === '' ? undefined : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  return {
    auth,
    options: {
      host: hostname,
      port: port === '' ? (secure ? 465 : 587) : Number(port),
      secure,
      // A password is never said in the clear.
      requireTLS: !secure && auth !== undefined,
    },
  };
}

function addressIn(from: string): string {
  return /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim();
}
