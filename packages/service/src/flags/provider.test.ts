import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { OpenFeature, ProviderEvents } from '@openfeature/server-sdk';
import type { Flag } from './flag.ts';
import { FlagsProvider } from './provider.ts';

const flag = (key: string, change: Partial<Flag> = {}): Flag => ({
  key,
  description: '',
  on: true,
  variants: { on: true, off: false },
  default: 'on',
  whenOff: 'off',
  users: {},
  split: [],
  ...change,
});

/** A test double of the control plane's stream; the real one is met in packages/banyan. */
async function aStream(t: TestContext) {
  const streams = new Set<ServerResponse>();
  let snapshot: unknown = { revision: 1, flags: [] };
  const stream = { url: '', status: 200, tokens: [] as (string | undefined)[], send, cut, port: 0, raw };
  const server = createServer((request, response) => {
    stream.tokens.push(request.headers.authorization);
    if (stream.status !== 200) return void response.writeHead(stream.status).end('no');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(eventOf(snapshot));
    streams.add(response.on('close', () => streams.delete(response)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stream.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return stream;

  function send(revision: number, flags: unknown[]): void {
    snapshot = { revision, flags };
    raw(eventOf(snapshot));
  }
  function raw(text: string): void {
    for (const response of streams) response.write(text);
  }
  function cut(): void {
    for (const response of streams) response.destroy();
  }
}

const eventOf = (snapshot: unknown) => `event: flags\ndata: ${JSON.stringify(snapshot)}\n\n`;

function aProvider(t: TestContext, url: string, firstMs = 30_000) {
  const provider = new FlagsProvider({ url, token: 'mine', firstMs });
  t.after(() => provider.onClose());
  return provider;
}

const next = (provider: FlagsProvider, event: ProviderEvents) =>
  new Promise<void>((resolve) => {
    const once = () => {
      provider.events.removeHandler(event, once);
      resolve();
    };
    provider.events.addHandler(event, once);
  });

const ask = async (provider: FlagsProvider, key: string, user?: string) =>
  (await provider.resolveBooleanEvaluation(key, false, user ? { targetingKey: user } : {})).value;

describe('the provider', () => {
  it('has the flags when it is ready, sends its token, and follows every change', async (t) => {
    const stream = await aStream(t);
    stream.send(1, [flag('search')]);
    const provider = aProvider(t, stream.url);
    await provider.initialize();
    assert.deepEqual([await ask(provider, 'search'), stream.tokens], [true, ['Bearer mine']]);
    const changed = next(provider, ProviderEvents.ConfigurationChanged);
    stream.send(2, [flag('search', { on: false })]);
    await changed;
    assert.equal(await ask(provider, 'search'), false);
  });

  it('keeps what it knows while the control plane is away, and comes back by itself', async (t) => {
    const stream = await aStream(t);
    stream.send(1, [flag('search')]);
    const provider = aProvider(t, stream.url);
    await provider.initialize();
    stream.status = 503;
    const stale = next(provider, ProviderEvents.Stale);
    stream.cut();
    await stale;
    assert.equal(await ask(provider, 'search'), true);
    const changed = next(provider, ProviderEvents.ConfigurationChanged);
    stream.send(2, [flag('search', { on: false })]);
    stream.status = 200;
    await changed;
    assert.equal(await ask(provider, 'search'), false);
  });

  it('starts without flags when nobody answers, with the values that code names, and gets them later', async (t) => {
    const stream = await aStream(t);
    stream.status = 503;
    const provider = aProvider(t, stream.url, 20);
    await OpenFeature.setProviderAndWait('late', provider).catch(() => {});
    t.after(() => OpenFeature.clearProviders());
    const client = OpenFeature.getClient('late');
    assert.equal(await client.getBooleanValue('search', false), false);
    const ready = next(provider, ProviderEvents.Ready);
    stream.send(1, [flag('search')]);
    stream.status = 200;
    await ready;
    assert.equal(await client.getBooleanValue('search', false), true);
  });

  it('gives the value that code names for a flag that is not there or of another type', async (t) => {
    const stream = await aStream(t);
    stream.send(1, [flag('size', { variants: { on: 20, off: 10 } })]);
    const provider = aProvider(t, stream.url);
    await provider.initialize();
    assert.equal((await provider.resolveNumberEvaluation('size', 5, {})).value, 20);
    const mismatch = await provider.resolveStringEvaluation('size', 'x', {});
    assert.deepEqual([mismatch.value, mismatch.errorCode], ['x', 'TYPE_MISMATCH']);
    const absent = await provider.resolveStringEvaluation('nothing', 'y', {});
    assert.deepEqual([absent.value, absent.errorCode], ['y', 'FLAG_NOT_FOUND']);
  });

  it('passes over a flag that makes no sense, and keeps what it was before', async (t) => {
    const stream = await aStream(t);
    stream.send(1, [flag('search'), flag('other')]);
    const provider = aProvider(t, stream.url);
    await provider.initialize();
    const changed = next(provider, ProviderEvents.ConfigurationChanged);
    stream.send(2, [{ ...flag('search'), default: 'pink' }, flag('other', { on: false }), null]);
    await changed;
    assert.deepEqual([await ask(provider, 'search'), await ask(provider, 'other')], [true, false]);
  });

  it('outlives a stream that sends nonsense', async (t) => {
    const stream = await aStream(t);
    stream.send(1, [flag('search')]);
    const provider = aProvider(t, stream.url);
    await provider.initialize();
    for (const nonsense of ['event: flags\ndata: {"revision"\n\n', 'event: flags\ndata: []\n\n']) {
      const stale = next(provider, ProviderEvents.Stale);
      const back = next(provider, ProviderEvents.Ready);
      stream.raw(nonsense);
      await stale;
      await back;
      assert.equal(await ask(provider, 'search'), true);
    }
  });
});
