import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { it } from 'node:test';
import { isPublic, literalIn, lookupWhere, publicAnd } from './networks.ts';

it('addresses of this machine, of private networks and of ways into them are not public, in whatever form', () => {
  const inside = [
    ...[
      '127.0.0.1',
      '127.8.8.8',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
    ],
    ...['224.0.0.1', '255.255.255.255', '240.0.0.1', '::', '::1', 'fe80::1', 'fc00::1', 'fd12::1', 'ff02::1'],
    ...[
      '::ffff:127.0.0.1',
      '::ffff:a00:1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001:db8::1',
      '',
      'localhost',
    ],
  ];
  for (const address of inside) assert.equal(isPublic(address), false, address);
  for (const address of ['8.8.8.8', '93.184.216.34', '2606:4700::1111'])
    assert.equal(isPublic(address), true, address);
});

it('an address is one in all the ways in which a URL may write it', () => {
  for (const host of [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
  ]) {
    const literal = literalIn(new URL(`http://${host}/`).hostname);
    assert.ok(literal !== undefined && !isPublic(literal), host);
  }
  assert.equal(literalIn('example.com'), undefined);
});

it('a name of this machine is looked up to nothing', async () => {
  const outcome = await new Promise((resolve) => {
    lookupWhere(isPublic)(
      'localhost',
      { all: true },
      (error: Error | null, found: string | LookupAddress[]) => resolve(error ?? found),
    );
  });
  assert.match(String(outcome), /localhost is not on the public internet/);
});

it('networks of a list are open beside the public internet, in whatever form an address of them comes', () => {
  const mayConnect = publicAnd(' 10.20.0.0/16, fd00:1::/32,');
  for (const address of ['10.20.255.1', '::ffff:10.20.0.1', 'fd00:1::7', '8.8.8.8', '2606:4700::1111'])
    assert.equal(mayConnect(address), true, address);
  for (const address of ['10.21.0.1', '127.0.0.1', 'fd00:2::7', '::ffff:10.21.0.1', 'localhost', ''])
    assert.equal(mayConnect(address), false, address);
  for (const list of ['10.20.0.0', '10.20.0.0/33', 'example.com/8', '10.0.0.0/8;11.0.0.0/8'])
    assert.throws(() => publicAnd(list), /is no network such as/);
});
