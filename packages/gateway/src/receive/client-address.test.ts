import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientOf, networkOf, plainAddress } from './client-address.ts';

const PEER = '10.0.0.1';

test('without proxies of ours the client is who is connected, whatever it says of itself', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (listed, forwarded) => {
      assert.deepEqual(clientOf(0, PEER, listed, forwarded), { address: PEER, forwardedFor: PEER });
    }),
  );
});

test('with n proxies in front the n-th address from the right is the client, and what stands before it is dropped', () => {
  const chain = '6.6.6.6, 1.2.3.4,10.0.0.9';
  assert.deepEqual(clientOf(1, PEER, '1.2.3.4', ''), {
    address: '1.2.3.4',
    forwardedFor: `1.2.3.4, ${PEER}`,
  });
  assert.deepEqual(clientOf(2, PEER, chain, ''), {
    address: '1.2.3.4',
    forwardedFor: `1.2.3.4, 10.0.0.9, ${PEER}`,
  });
  assert.equal(clientOf(1, PEER, chain, '').address, '10.0.0.9');
  assert.equal(clientOf(3, PEER, chain, '').address, '6.6.6.6');
});

test('no spoofed entry changes who the client is', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('"', ',', 'a', '=', ';', ' ', '\\', ':', '[') }),
      fc.integer({ min: 1, max: 4 }),
      (spoofed, hops) => {
        const ours = Array.from({ length: hops }, (_, n) => `192.0.2.${n + 1}`);
        assert.deepEqual(clientOf(hops, PEER, [spoofed, ...ours].join(', '), ''), {
          address: '192.0.2.1',
          forwardedFor: [...ours, PEER].join(', '),
        });
        const elements = ours.map((address) => `proto=https;for="${address}:80"`);
        assert.deepEqual(clientOf(hops, PEER, '', [spoofed, ...elements].join(', ')), {
          address: '192.0.2.1',
          forwardedFor: [...ours, PEER].join(', '),
        });
      },
    ),
  );
});

test('Forwarded is read where it is the one that is there; two that disagree are not believed', () => {
  const forwarded = 'for=6.6.6.6, for="[2001:db8::7]:4711";proto=https;by="a,b"';
  assert.deepEqual(clientOf(1, PEER, '', forwarded), {
    address: '2001:db8::7',
    forwardedFor: `2001:db8::7, ${PEER}`,
  });
  assert.equal(clientOf(1, PEER, '2001:db8::7', forwarded).address, '2001:db8::7');
  assert.deepEqual(clientOf(1, PEER, '1.2.3.4', forwarded), { address: PEER, forwardedFor: PEER });
});

test('proxies that do not say whose request it is leave the address unknown', () => {
  for (const said of ['', 'unknown', '_hidden', '1.2.3', 'a b', '[::1', '1.2.3.4.5:80'])
    assert.equal(clientOf(1, PEER, said, '').address, null, said);
  assert.equal(clientOf(2, PEER, '1.2.3.4', '').address, null, 'fewer addresses than proxies');
});

test('one address has one text, with and without port, brackets, zone and mapping', () => {
  const same: Record<string, string> = {
    '1.2.3.4:80': '1.2.3.4',
    '::ffff:1.2.3.4': '1.2.3.4',
    '::FFFF:0102:0304': '1.2.3.4',
    '[2001:DB8::1]': '2001:db8::1',
    '[2001:db8::1]:443': '2001:db8::1',
    'fe80::1%eth0': 'fe80::1',
  };
  for (const [text, address] of Object.entries(same)) assert.equal(plainAddress(text), address, text);
});

test('an IPv6 client is its /64, whichever of the addresses in it it takes', () => {
  for (const address of [
    '2001:db8:1:2::1',
    '2001:0db8:1:2:ffff:ffff:ffff:ffff',
    '2001:db8:1:2:3::',
    '2001:db8:1:2:0:0:1.2.3.4',
  ])
    assert.equal(networkOf(address), '2001:db8:1:2::/64', address);
  assert.notEqual(networkOf('2001:db8:1:3::1'), networkOf('2001:db8:1:2::1'));
  assert.equal(networkOf('::1'), '0:0:0:0::/64');
  assert.equal(networkOf('1.2.3.4'), '1.2.3.4');
});
