import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { registryAt } from './address.ts';
import { createDiscovery, type Instance } from './discovery.ts';
import { keepRegistered } from './registration.ts';
import { startConsulDouble } from './testing/consul.ts';
import { discoverySuite, type Harness } from './testing/contract-suite.ts';
import { startDnsDouble } from './testing/dns.ts';

/** Instances that register and renew themselves, as services do. */
function writing(address: () => string, rest: Pick<Harness, 'setAway' | 'close'>): Harness {
  const other = createDiscovery(registryAt(address()));
  return {
    ...rest,
    discovery: () => createDiscovery(registryAt(address()), { firstMs: 1_000 }),
    start: (instance, leaseMs) => other.register(instance, leaseMs),
    stop: (instance) => other.deregister(instance),
    // A killed process is one that does not renew.
    kill: async () => {},
    async close() {
      await other.close();
      await rest.close();
    },
  };
}

discoverySuite('PostgreSQL', { writes: true }, async () => {
  const proxy = await startProxy(await (await testServer()).database('discovery'));
  return writing(() => proxy.url, { setAway: proxy.setAway, close: proxy.close });
});

discoverySuite('Consul', { writes: true }, async () => {
  const consul = await startConsulDouble();
  return writing(() => consul.address, { setAway: consul.setAway, close: consul.stop });
});

discoverySuite('DNS', { writes: false }, async () => {
  const dns = await startDnsDouble('default.svc.cluster.local');
  const remove = async ({ service, url }: Instance) => {
    const port = Number(new URL(url).port);
    dns.hosts.set(
      service,
      (dns.hosts.get(service) ?? []).filter((host) => host.port !== port),
    );
  };
  return {
    discovery: () =>
      createDiscovery(registryAt(`dns:default.svc.cluster.local?everyMs=100&server=${dns.server}`), {
        firstMs: 1_000,
      }),
    // What the cluster does once a pod is ready, is told to stop, or fails its probe.
    async start({ service, url }) {
      const port = Number(new URL(url).port);
      const before = (dns.hosts.get(service) ?? []).filter((host) => host.port !== port);
      dns.hosts.set(service, [...before, { host: `pod-${port}`, port, address: '127.0.0.1' }]);
    },
    stop: remove,
    kill: remove,
    setAway: dns.setAway,
    close: dns.stop,
  };
});

/** In front of a database, so that it can be away without stopping it for others. */
async function startProxy(database: string) {
  const target = new URL(database);
  const sockets = new Set<Socket>();
  let away = false;
  const server = createServer((socket) => {
    if (away) return void socket.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    for (const each of [socket, upstream]) {
      sockets.add(each);
      each
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(each);
          socket.destroy();
          upstream.destroy();
        });
    }
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(database);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    setAway(is: boolean) {
      away = is;
      if (is) cut();
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('DNS', () => {
  it('knows addresses of both kinds, with or without SRV records', async (t) => {
    const dns = await startDnsDouble('cluster.local');
    const bySrv = createDiscovery(registryAt(`dns:cluster.local?server=${dns.server}`));
    const byPort = createDiscovery(
      registryAt(`dns:cluster.local?server=${dns.server}&portName=grpc&port=80`),
    );
    t.after(async () => {
      await bySrv.close();
      await byPort.close();
      await dns.stop();
    });
    dns.hosts.set('users', [
      { host: 'a', port: 4_001, address: '10.0.0.1' },
      { host: 'b', port: 4_002, address: 'fd00::1' },
    ]);
    const urls = async (discovery: typeof bySrv) =>
      (await discovery.resolve('users')).map(({ url }) => url).sort();
    assert.deepEqual(await urls(bySrv), ['http://10.0.0.1:4001', 'http://[fd00::1]:4002']);
    assert.deepEqual(await urls(byPort), ['http://10.0.0.1:80', 'http://[fd00::1]:80']);
  });
});

describe('a registration', () => {
  it('renews itself, comes back when it was forgotten, and leaves at once', async () => {
    const events: string[] = [];
    let known = 2;
    let seen: () => void = () => {};
    const again = new Promise<void>((resolve) => {
      seen = resolve;
    });
    const registration = await keepRegistered(
      {
        register: async () => {
          events.push('register');
          if (events.length > 1) seen();
        },
        renew: async () => {
          events.push('renew');
          if (known === 1) {
            known--;
            throw new Error('away');
          }
          return known-- > 0;
        },
        deregister: async () => void events.push('deregister'),
      },
      { id: '1', service: 'users', url: 'http://127.0.0.1:1' },
      { leaseMs: 15 },
    );
    await again;
    await registration.leave();
    await registration.leave();
    assert.deepEqual(events.slice(0, 5), ['register', 'renew', 'renew', 'renew', 'register']);
    assert.equal(events.filter((event) => event === 'deregister').length, 1);
    assert.equal(events.at(-1), 'deregister');
  });
});

describe('the address of a registry', () => {
  it('that is wrong is refused without repeating it', () => {
    for (const address of [
      '',
      'mysql://u:hunter2@h/d',
      'consul://',
      'dns:',
      'dns:x y',
      'dns:x?port=0',
      'dns:x?odd=1',
    ]) {
      assert.throws(
        () => registryAt(address),
        (error) => error instanceof TypeError && !error.message.includes('hunter2'),
        address,
      );
    }
  });
});
