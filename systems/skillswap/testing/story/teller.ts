import assert from 'node:assert/strict';
import { type Answer, type Json, request } from '@banyan/harness/testing';
import { labelsBy, tellingOf } from '@banyan/harness/testing/story';
import { until } from '@banyan/postgres/until';

export type StoryWorld = {
  gatewayUrl: string;
  /** A skill that is taught. */
  skillId: string;
  /** Of an administrator. */
  adminToken: string;
  /** Lets it be so many minutes after the beginning of a session that was asked for: moves the session, since no clock can be moved here. */
  letItBe(sessionId: string, minutesAfterBeginning: number): Promise<void>;
};

type Wallet = { balance: number; held: number };

/** Somebody of the story, with what is theirs by now: every page that they look at has to say so. */
export type Person = { name: string; id: string; token: string; wallet: Wallet; told: string[] };

/** Who is in it, once they have come. */
type Cast = { ada: Person; ben: Person; cleo: Person };

export type Teller = ReturnType<typeof tellerOf>;

/** Asks as somebody of the story, writes down what was answered, and knows what everybody has to see by now. */
export function tellerOf(world: StoryWorld) {
  const { told, tell, tellRefused, tellWhen } = tellingOf(labelsOfIds());
  const cast = {} as Cast;
  const as = (one: Person, method: string, path: string, body?: unknown, headers = {}): Promise<Answer> =>
    request(world.gatewayUrl, method, path, {
      ...{ token: one.token, headers },
      ...(body !== undefined && { body }),
    });

  function moves(
    one: Person,
    { balance = 0, held = 0, told: kind }: Partial<Wallet> & { told?: string },
  ): void {
    one.wallet = { balance: one.wallet.balance + balance, held: one.wallet.held + held };
    if (kind !== undefined) one.told.push(kind);
  }

  /** One of the two takes a step: the other one is told of it, and both see it. */
  async function step(one: Person, id: string, action: string, state: string, body?: object): Promise<Json> {
    const moved = tell(`${one.name}: ${action}`, await as(one, 'POST', `/sessions/${id}/${action}`, body));
    moves(one === cast.ada ? cast.ben : cast.ada, { told: `session_${state.toLowerCase()}` });
    return moved;
  }

  async function bothSee(when: string, id?: string, state?: string, also: object = {}): Promise<void> {
    for (const one of [cast.ada, cast.ben]) {
      if (id !== undefined) {
        const seen = tell(`${one.name} looks ${when}`, await as(one, 'GET', `/sessions/${id}`));
        assert.deepEqual(
          { ...seen, ...also, ...(state !== undefined && { state }) },
          seen,
          `${one.name} ${when}`,
        );
      }
      await sees(one, when);
    }
  }

  /** Their credits, and what they were told, each once. Who has others do so has it a moment later: what they say when they have counts. */
  async function sees(one: Person, when: string): Promise<void> {
    const { balance, held } = one.wallet;
    const wallet = { userId: one.id, balance, held, available: balance - held, debt: 0 };
    const seen = await tellWhen(
      `${one.name} has ${when}`,
      () => as(one, 'GET', '/credits'),
      (now) => now.balance === balance && now.held === held,
    );
    assert.deepEqual(seen, wallet, `${one.name} ${when}`);
    const kinds = await until(async () => {
      const all = (await toldIn(one)).map(({ kind }) => kind);
      return all.length >= one.told.length && all;
    });
    assert.deepEqual(kinds, one.told, `${one.name} ${when}`);
  }

  /** What somebody was told, from the first on. */
  async function toldIn(one: Person): Promise<Json[]> {
    const { status, body } = await as(one, 'GET', '/notifications?size=100');
    assert.equal(status, 200, JSON.stringify(body));
    return body.content.toReversed();
  }

  return { world, cast, told, tell, tellRefused, tellWhen, as, moves, step, bothSee, sees, toldIn };
}

/** Without what differs by nature: ids by when they were told first, moments, tokens, addresses. */
function labelsOfIds(): (body: Json) => Json {
  const ids = new Map<string, string>();
  const idOf = (uuid: string) => {
    const known = ids.get(uuid) ?? `id ${ids.size + 1}`;
    ids.set(uuid, known);
    return known;
  };
  return labelsBy((key, value) => {
    if (/(At|Token)$/.test(key)) return typeof value;
    return typeof value === 'string' ? value.replaceAll(UUID, idOf).replaceAll(MOMENT, 'then') : value;
  });
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** In what people are told. */
const MOMENT = /[A-Z][a-z]+day, [A-Z][a-z]+ \d+, \d{4} at \d+:\d\d\s[AP]M/g;
