import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableOf } from '../testing/gateway.ts';
import { marksOf, pinnableServices } from './late-marks.ts';

test('reads are marked where a link has not brought a write, each for as long as its own links take', () => {
  const marks = (waves: string[][]) =>
    marksOf(waves).map(({ service, side, waves }) => [service, side, waves]);
  assert.deepEqual(marks([['a.forward', 'b.forward']]), [
    ['a', 'monolith', [['a.forward']]],
    ['b', 'monolith', [['b.forward']]],
  ]);
  assert.deepEqual(marks([['a.reverse'], ['b.forward']]), [
    ['a', 'service', [['a.reverse']]],
    ['b', 'monolith', [['a.reverse'], ['b.forward']]],
    ['b', 'service', [['a.reverse']]],
  ]);
});

test('marks that wait for different links are told apart', () => {
  const waits = [[['a.forward']], [['b.reverse'], ['a.forward']], [['b.reverse', 'a.forward']]];
  const names = waits.flatMap((waves) =>
    marksOf(waves).flatMap(({ service, consumer }) => (service === 'a' ? [consumer] : [])),
  );
  assert.deepEqual(names, ['*a.forward', '*b.reverse a.forward', '*b.reverse', '*a.forward']);
});

test('readers of services that no write settles for are never marked', () => {
  const urls = { monolith: 'http://127.0.0.1:1' };
  const settle = { monolith: [['users.forward']], service: [] };
  const pinnable = (...args: Parameters<typeof tableOf>) => [...pinnableServices(tableOf(...args))];
  assert.deepEqual(pinnable(urls, 100, [{ method: 'GET', path: '/' }]), []);
  assert.deepEqual(pinnable(urls, 0, [{ method: 'PUT', path: '/', settle }]), []);
  assert.deepEqual(pinnable(urls, 100, [{ method: 'PUT', path: '/', settle }]), ['users']);
  const others = { method: 'PUT', path: '/', service: 'others', settle };
  assert.deepEqual(pinnable(urls, 100, [others]), ['users'], 'its writes are read here');
  const unmoved = [{ method: 'PUT', path: '/x', settle: [['users.forward']] }];
  assert.deepEqual(pinnable(urls, 100, [], { unmoved }), ['users']);
});
