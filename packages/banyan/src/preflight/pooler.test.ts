import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { checkDirect } from './pooler.ts';

/** Stands in front of a database as PgBouncer does: without the startup parameter `options`, or with a refusal of it. */
async function pooler(t: TestContext, url: string, does: 'drops' | 'refuses'): Promise<string> {
  const target = new URL(url);
  const port = Number(target.port);
  const server = createServer((client) => {
    client.on('error', () => {});
    client.once('data', (first) => {
      if (does === 'refuses') {
        const fields = 'SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: options\0\0';
        const head = Buffer.alloc(5);
        head.write('E');
        head.writeInt32BE(4 + fields.length, 1);
        client.end(Buffer.concat([head, Buffer.from(fields)]));
        return;
      }
      const kept = first.subarray(8).toString().split('\0').slice(0, -2);
      const pairs = Array.from({ length: kept.length / 2 }, (_, n) => kept.slice(2 * n, 2 * n + 2)).filter(
        ([name]) => name !== 'options',
      );
      const body = Buffer.from(`${pairs.flat().join('\0')}\0\0`);
      const head = Buffer.alloc(8);
      head.writeInt32BE(8 + body.length);
      head.writeInt32BE(196_608, 4);
      const upstream = connect(port, target.hostname);
      upstream.on('error', () => {});
      upstream.write(Buffer.concat([head, body]));
      client.pipe(upstream).pipe(client);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  target.port = String((server.address() as AddressInfo).port);
  return target.href;
}

test('a pooler in front of a database is named, whether it drops or refuses what our sessions need', async (t) => {
  const url = await (await testServer()).database('shop');
  assert.equal(await checkDirect('monolith.database', url, 5_000), null);
  for (const does of ['drops', 'refuses'] as const) {
    const found = await checkDirect('monolith.database', await pooler(t, url, does), 5_000);
    assert.equal(found?.code, 'pooler', does);
    assert.match(found.message, /^A connection pooler stands in front of the database: /);
    assert.match(found.hint, /Name the database itself/);
  }
  assert.equal(await checkDirect('x', 'postgres://127.0.0.1:1/nobody', 5_000), null, 'told by who needs it');
});
