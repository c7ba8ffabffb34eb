import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { type Agent, fetch } from 'undici';
import { NOT_PUBLIC, publicAnd } from './networks.ts';
import { outboundAgent } from './outbound-agent.ts';

let port: number;
let asked = 0;
const agents: Agent[] = [];
const server = createServer((_request, response) => {
  asked++;
  response.end('inside');
});

before(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ({ port } = server.address() as AddressInfo);
});

after(async () => {
  await Promise.all(agents.map((agent) => agent.destroy()));
  server.close();
});

const agent = (...given: Parameters<typeof outboundAgent>) => {
  agents.push(outboundAgent(...given));
  return agents.at(-1)!;
};

it('nothing connects into this machine, by a literal address or by a name', async () => {
  const dispatcher = agent();
  for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433'])
    await assert.rejects(fetch(`http://${host}:${port}/`, { dispatcher }), ({ cause }: Error) => {
      assert.equal((cause as NodeJS.ErrnoException).code, NOT_PUBLIC, host);
      return true;
    });
  assert.equal(asked, 0);
});

it('a network that was allowed is reached by either', async () => {
  const dispatcher = agent(publicAnd('127.0.0.0/8'));
  for (const host of ['127.0.0.1', 'localhost'])
    assert.equal(await (await fetch(`http://${host}:${port}/`, { dispatcher })).text(), 'inside');
});
