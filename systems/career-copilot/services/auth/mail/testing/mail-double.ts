import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Static } from 'typebox';
import { Value } from 'typebox/value';
import { contracts } from '../../../../contracts/notifications.ts';
import { until } from '../../../../kit/testing/until.ts';

const { path, body: Body } = contracts.operations.sendMail;

/** As it was asked for; `link` and what is after its `#token=` are empty in a mail without one. */
type ReceivedMail = Static<typeof Body> & { link: string; token: string };

type Failure = 'before' | 'after';

/** Notifications as auth sees it: it takes each key once, and fails when it is told to. */
export async function startMailDouble() {
  const received: ReceivedMail[] = [];
  const taken: ReceivedMail[] = [];
  const failures: Failure[] = [];
  let held = Promise.withResolvers<void>();
  held.resolve();
  const server = createServer(async (incoming, response) => {
    const asked = Value.Parse(Body, await json(incoming));
    const link = asked.parameters.link ?? '';
    const mail = { ...asked, link, token: link.split('#token=')[1] ?? '' };
    if (incoming.url !== path || !incoming.headers.authorization) return response.writeHead(404).end();
    received.push(mail);
    await held.promise;
    const failure = failures.shift();
    if (failure === 'before') return response.writeHead(503).end();
    if (taken.every(({ key }) => key !== mail.key)) taken.push(mail);
    if (failure === 'after') return incoming.socket.destroy();
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify({ deliveryId: randomUUID(), state: 'queued' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Each time that it was asked. */
    received,
    /** What it will send. */
    taken,
    /** What the next ones that are asked for meet: a refusal, or an answer that is lost. */
    fail: (...next: Failure[]) => void failures.push(...next),
    hold: () => {
      held = Promise.withResolvers();
    },
    release: () => held.resolve(),
    /** The first that it takes for this address. */
    to: async (address: string) => await until(() => taken.find(({ to }) => to === address)),
    reset: () => {
      received.length = 0;
      taken.length = 0;
      failures.length = 0;
      held.resolve();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
