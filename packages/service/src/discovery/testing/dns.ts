import { createSocket } from 'node:dgram';
import { type Answer, decode, encode } from 'dns-packet';

type DnsHost = { host: string; port: number; address: string };

/**
 * A test double of a name server: speaks DNS over UDP on loopback and answers SRV, A and AAAA for services whose hosts the
 * test sets, as a cluster's name server does for headless services.
 */
export async function startDnsDouble(domain: string) {
  const hosts = new Map<string, DnsHost[]>();
  let away = false;
  const socket = createSocket('udp4');
  socket.on('message', (message, { port, address }) => {
    if (away) return;
    const query = decode(message);
    const [question] = query.questions ?? [];
    if (!question) return;
    const answers = answersTo(question.name, question.type);
    const known = answers !== undefined;
    const reply = encode({
      type: 'response',
      id: query.id,
      // 3: no such name; a name that is there without such records is answered by nothing.
      flags: 0x0400 | (known ? 0 : 3),
      questions: query.questions,
      answers: answers ?? [],
    });
    socket.send(reply, port, address);
  });

  function answersTo(name: string, type: string): Answer[] | undefined {
    const srv = /^_http\._tcp\.([\w-]+)\./.exec(name)?.[1];
    if (srv !== undefined && name === `_http._tcp.${srv}.${domain}`) {
      const found = hosts.get(srv);
      if (!found?.length) return undefined;
      if (type !== 'SRV') return [];
      return found.map(({ host, port }) => ({
        type: 'SRV' as const,
        name,
        ttl: 1,
        data: { target: `${host}.${srv}.${domain}`, port, priority: 0, weight: 1 },
      }));
    }
    const all = [...hosts].flatMap(([service, list]) => list.map((each) => ({ ...each, service })));
    const named = all.filter(
      ({ host, service }) => name === `${host}.${service}.${domain}` || name === `${service}.${domain}`,
    );
    if (named.length === 0) return undefined;
    const kind = type === 'AAAA' ? 6 : type === 'A' ? 4 : 0;
    return named
      .filter(({ address }) => kind === (address.includes(':') ? 6 : 4))
      .map(({ address }) => ({
        type: kind === 6 ? ('AAAA' as const) : ('A' as const),
        name,
        ttl: 1,
        data: address,
      }));
  }

  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    server: `127.0.0.1:${socket.address().port}`,
    hosts,
    setAway(is: boolean) {
      away = is;
    },
    async stop() {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}
