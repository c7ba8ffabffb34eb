import assert from 'node:assert/strict';
import { it } from 'node:test';
import { acknowledgeMarked, checkMarked, marker, markerNumber, newestKnown, noChanges } from './marked.ts';

const ID = '0d7b0b46-1c5c-4a5e-8d0e-000000000007';

it('an audit finds each change of somebody by a text of its own', () => {
  assert.equal(markerNumber(7, marker(7, 12)), 12);
  assert.equal(markerNumber(ID, marker(ID, 12)), 12);
});

it('an audit takes no text of somebody else, from before, or with more to it', () => {
  for (const text of [marker(77, 12), 'Senior Engineer', 'Change 12 of 7 and more', null, undefined])
    assert.equal(markerNumber(7, text), 0);
});

it('an answer that is older than what was seen, or was never sent, is told of', () => {
  const told: string[] = [];
  const violate = ({ expected, got }: { expected: string; got: string }) => told.push(`${expected}: ${got}`);
  const changes = { ...noChanges(), sent: 3, acknowledged: 1 };
  const read = (text: string | null) =>
    checkMarked({ violate }, changes, {
      kind: 'GET',
      user: { id: ID },
      least: newestKnown(changes, true),
      text,
    });
  read(marker(ID, 1));
  read(marker(ID, 3));
  assert.deepEqual(told, []);
  read(marker(ID, 2));
  read(null);
  read(marker(ID, 4));
  const third = marker(ID, 3);
  assert.deepEqual(told, [`${third}: ${marker(ID, 2)}`, `${third}: null`, `${third}: ${marker(ID, 4)}`]);
  assert.equal(changes.seen, 3);
});

it('others see a change later if its answer has said so, until one comes that has not', () => {
  const changes = { ...noChanges(), sent: 3 };
  const known = () => [true, false].map((isOwn) => newestKnown(changes, isOwn));
  acknowledgeMarked(changes, 1, { stale: false });
  assert.deepEqual(known(), [1, 1]);
  acknowledgeMarked(changes, 2, { stale: true });
  assert.deepEqual(known(), [2, 1]);
  acknowledgeMarked(changes, 3, { stale: false });
  assert.deepEqual(known(), [3, 3]);
});
