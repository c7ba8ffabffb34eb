import assert from 'node:assert/strict';
import { request } from '@banyan/harness/testing';
import { book, MINUTES, PRICE } from './session.ts';
import type { Person, Teller } from './teller.ts';

/** What the seeker pays, and what the provider has of it. */
type Paid = { kept: number; earned: number };

export async function decline(story: Teller): Promise<void> {
  const { step, moves, bothSee, cast } = story;
  const id = await book(story, 40);
  await step(cast.ben, id, 'decline', 'DECLINED');
  moves(cast.ada, { held: -PRICE });
  await bothSee('after Ben has declined', id, 'DECLINED');
}

export async function cancel(
  story: Teller,
  by: Person,
  { hours, kept, earned }: { hours: number } & Paid,
): Promise<void> {
  const {
    tell,
    as,
    step,
    moves,
    bothSee,
    cast: { ada, ben },
  } = story;
  const id = await book(story, hours);
  await step(ben, id, 'accept', 'ACCEPTED');
  await step(by, id, 'cancel', 'CANCELLED', { reason: 'Ill' });
  moves(ada, { held: -PRICE, balance: -kept });
  moves(ben, { balance: earned });
  const also = { cancelReason: 'Ill' };
  await bothSee(`after ${by.name} has cancelled ${hours} hours before`, id, 'CANCELLED', also);
  tell('Ada sees how it went', await as(ada, 'GET', `/sessions/${id}/history`));
}

/** What only one says in their own favour: the other one contests it, and an administrator decides. */
export async function contest(story: Teller): Promise<void> {
  const {
    step,
    world: { letItBe },
    cast: { ada, ben },
  } = story;
  const taught = await agreed(story);
  await letItBe(taught, 1);
  await step(ben, taught, 'start', 'IN_PROGRESS');
  await letItBe(taught, MINUTES + 1);
  await step(ben, taught, 'complete', 'COMPLETED');
  await dispute(story, ada, taught, 'COMPLETED');
  await decide(story, taught, 'SPLIT', { kept: 7, earned: 6 });

  const missed = await agreed(story);
  await letItBe(missed, 16);
  await step(ada, missed, 'no-show', 'CANCELLED');
  await dispute(story, ben, missed, 'CANCELLED');
  await decide(story, missed, 'PROVIDER', { kept: PRICE, earned: 14 });
}

async function agreed(story: Teller): Promise<string> {
  const { step, cast } = story;
  const id = await book(story, 50);
  await step(cast.ben, id, 'accept', 'ACCEPTED');
  await step(cast.ben, id, 'schedule', 'SCHEDULED');
  return id;
}

async function dispute(story: Teller, by: Person, id: string, state: string): Promise<void> {
  const {
    tell,
    tellRefused,
    as,
    moves,
    bothSee,
    cast: { ada, ben },
  } = story;
  const path = `/sessions/${id}/dispute`;
  const other = by === ada ? ben : ada;
  // Its credits are held still.
  await bothSee(`before ${by.name} contests it`, id, state);
  const own = await as(other, 'POST', path, { reason: 'I say so' });
  assert.equal(tellRefused(`${other.name} cannot contest their own word`, own).code, 'NOT_CONTESTABLE');
  const none = await as(other, 'GET', path);
  assert.equal(tellRefused('Nobody has contested it', none).code, 'DISPUTE_NOT_FOUND');
  tell(`${by.name} contests it`, await as(by, 'POST', path, { reason: 'It was not so' }));
  moves(other, { told: 'session_disputed' });
  await bothSee(`after ${by.name} has contested it`, id, state);
}

async function decide(story: Teller, id: string, outcome: string, { kept, earned }: Paid): Promise<void> {
  const {
    tell,
    tellRefused,
    as,
    moves,
    bothSee,
    world: { gatewayUrl, adminToken },
    cast: { ada, ben },
  } = story;
  const path = `/sessions/${id}/dispute`;
  const body = { outcome, note: 'I have heard both' };
  const decision = (token: string) => request(gatewayUrl, 'POST', `${path}/decision`, { token, body });
  assert.equal(tellRefused('Ada cannot decide it', await decision(ada.token)).code, 'FORBIDDEN');
  tell('An administrator decides', await decision(adminToken));
  assert.equal(tellRefused('It is decided once', await decision(adminToken)).code, 'DISPUTE_DECIDED');
  moves(ada, { held: -PRICE, balance: -kept, told: 'session_decided' });
  moves(ben, { balance: earned, told: 'session_decided' });
  for (const one of [ada, ben]) tell(`${one.name} reads how it was decided`, await as(one, 'GET', path));
  await bothSee('after it was decided', id);
}
