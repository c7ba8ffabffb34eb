import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import type { Received } from './channel-contract.ts';

type ReceivedMail = Received & { raw: string };

/** An SMTP server that does what the address before the @ says. */
export type SmtpDouble = {
  url: string;
  mails: ReceivedMail[];
  /** Called with what has come whole, before the client is told so. */
  onMail: (mail: ReceivedMail) => void | Promise<void>;
  /** Called before a recipient is taken. */
  onRecipient: (address: string) => void | Promise<void>;
  stop(): Promise<void>;
};

export async function startSmtp(): Promise<SmtpDouble> {
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo({ address }, _session, done) {
      if (address.startsWith('missing@')) done(failure(550, '5.1.1 no such user here'));
      else if (address.startsWith('busy@')) done(failure(451, '4.2.1 come again later'));
      else void Promise.resolve(double.onRecipient(address)).then(() => done(), done);
    },
    onData(stream, { envelope }, done) {
      const to = envelope.rcptTo[0]!.address;
      void (async () => {
        const raw = await text(stream);
        if (to.startsWith('refusing@')) return done(failure(554, '5.7.1 not this message'));
        const mail = { id: headerOf(raw, 'message-id'), to, text: raw, raw };
        double.mails.push(mail);
        await double.onMail(mail);
        if (to.startsWith('cut-off@')) return cut();
        done();
      })().catch(done);
    },
  });
  const sockets = new Set<{ destroy(): void }>();
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const double: SmtpDouble = {
    url: `smtp://127.0.0.1:${port}`,
    mails: [],
    onMail: () => {},
    onRecipient: () => {},
    stop: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(resolve));
    },
  };
  return double;
}

export function headerOf(raw: string, name: string): string {
  const [head] = raw.split('\r\n\r\n') as [string];
  const unfolded = head.replace(/\r\n[ \t]+/g, ' ');
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(unfolded)?.[1] ?? '';
}

function failure(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
