import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ControlError, type ServiceStatus, type Stage, type Target } from '@banyan/banyan/operate';
import { type StoryOptions, tellStory } from './storyline.ts';
import type { WayBack } from './ways-back.ts';

type Service = { stage: Stage; share: number; target: Target; paused: string | null };

/** What happens to a service at one look at the status, instead of a step towards its target. */
type Trouble = (service: Service, name: string) => boolean;

/** A control plane whose services go one stage on at each look, on a clock that only sleeping moves. */
function play(
  trouble: Trouble = () => false,
  {
    retireRefusals = 0,
    patience = 1,
    linkless = '',
    together = false,
    story = {} as Partial<StoryOptions>,
  } = {},
) {
  let now = 0;
  const services: Record<string, Service> = {
    auth: { stage: 'monolith', share: 0, target: { stage: 'monolith', share: 0 }, paused: null },
    users: { stage: 'monolith', share: 0, target: { stage: 'monolith', share: 0 }, paused: null },
  };
  const events: string[] = [];
  const stages: string[] = [];
  let proven = 0;
  const aim = async (name: string, target: Target) => {
    for (const each of together ? Object.keys(services) : [name])
      Object.assign(services[each]!, { target, paused: null });
    return describe(name);
  };
  const refuseNow = (name: string) => {
    throw new ControlError('refused', 409, `'${name}' cannot while its forward link is off`, 'wait');
  };
  const options: StoryOptions = {
    services: ['auth', 'users'],
    goesBack: 'users',
    retires: 'users',
    control: {
      async status() {
        for (const [name, service] of Object.entries(services)) if (!trouble(service, name)) step(service);
        return {
          system: 'x',
          plan: {},
          routeTableVersion: 1,
          gatewayWorkers: 1,
          unwell: [],
          databases: null,
          services: Object.keys(services).map(describe),
        };
      },
      advance: (name, target) => aim(name, target!),
      rollback: (name) => aim(name, { stage: 'monolith', share: 0 }),
      async retire(name) {
        if (retireRefusals > 0) {
          retireRefusals -= 1;
          refuseNow(name);
        }
        return await aim(name, { stage: 'retired', share: 10_000 });
      },
      async startVerification(name) {
        if (services[name]!.stage === 'monolith' || name === linkless) refuseNow(name);
        return { id: 1 };
      },
      verification: async () =>
        ({ id: 1, state: 'done', tables: [], error: null }) as unknown as Awaited<
          ReturnType<StoryOptions['control']['verification']>
        >,
    },
    onStage: (name) => stages.push(name),
    onEvent: (text) => events.push(text),
    onStatus: () => {},
    proveGoingBack: async (name) => {
      proven += 1;
      assert.equal(services[name]!.stage, 'monolith');
    },
    patience,
    ...story,
    signal: new AbortController().signal,
    clock: {
      now: () => now,
      sleep: async (ms) => {
        now += ms;
      },
    },
  };
  return {
    services,
    events,
    stages,
    proven: () => proven,
    minutes: () => now / 60_000,
    told: tellStory(options),
  };

  function describe(name: string): ServiceStatus {
    return {
      ...services[name]!,
      service: name,
      message: '',
      together: Object.keys(services).filter((other) => together && other !== name),
      links: name === linkless ? [] : [{ link: `${name}.forward`, state: 'streaming' }],
      verification: [],
      evidence: { requests: { service: 0, monolith: 0 }, compared: 0 },
    } as unknown as ServiceStatus;
  }
}

const WAY: Array<[Stage, number]> = [
  ['monolith', 0],
  ['copying', 0],
  ['shadowing', 0],
  ['canary', 5_000],
  ['canary', 10_000],
  ['migrated', 10_000],
  ['retired', 10_000],
];

function step(service: Service): void {
  const at = (stage: Stage, share: number) => WAY.findIndex(([a, b]) => a === stage && b === share);
  const here = at(service.stage, service.share);
  const there = at(service.target.stage, service.target.share);
  const [stage, share] = WAY[here + Math.sign(there - here)]!;
  Object.assign(service, { stage, share });
}

function goBack(service: Service, why: string): void {
  Object.assign(service, { target: { stage: 'monolith', share: 0 }, paused: why });
}

it('goes the whole way, back once and forward again, when nothing goes wrong', async () => {
  const { told, services, events, proven } = play();
  assert.deepEqual(await told, []);
  assert.deepEqual([services.auth!.stage, services.users!.stage, proven()], ['migrated', 'retired', 1]);
  assert.ok(events.every((event) => !event.includes('went back by itself')));
});

it('goes on after services went back by themselves, and says that they did', async () => {
  const times: Record<string, number> = { auth: 1, users: 2 };
  const { told, services, events } = play((service, name) => {
    if (service.stage !== 'canary' || service.target.stage !== 'migrated' || times[name] === 0) return false;
    times[name]! -= 1;
    goBack(service, 'p95 on the service is 1500 ms');
    return true;
  });
  assert.deepEqual(await told, []);
  assert.equal(services.users!.stage, 'retired');
  assert.equal(events.filter((event) => event.includes('went back by itself, no write lost')).length, 3);
});

it('moves those that leave in one step as one, and proves each of them', async () => {
  const proven: string[] = [];
  const verified: string[] = [];
  const { told, services, events, stages } = play(undefined, {
    together: true,
    story: {
      retires: undefined,
      proveGoingBack: async (name) => void proven.push(name),
      onVerified: (name) => verified.push(name),
    },
  });
  assert.deepEqual(await told, []);
  assert.deepEqual([services.auth!.stage, services.users!.stage], ['migrated', 'migrated']);
  assert.deepEqual(
    [proven, verified],
    [
      ['auth', 'users'],
      ['auth', 'users'],
    ],
  );
  assert.ok(events.includes('auth and users leave, to half of their users …'));
  assert.equal(stages.filter((stage) => stage === 'auth:migrated').length, 1);
  assert.ok(stages.every((stage) => !stage.startsWith('users:') || stage === 'users:migrated'));
});

it('verifies a service that went back by itself once it has come again', async () => {
  let gone = false;
  const { told, services, events } = play((service, name) => {
    if (name !== 'users' || service.stage !== 'migrated' || gone) return false;
    gone = true;
    goBack(service, 'p95 on the service is 1500 ms');
    return true;
  });
  assert.deepEqual(await told, []);
  assert.equal(services.users!.stage, 'retired');
  assert.ok(events.some((event) => event.includes('users went back by itself, no write lost: p95')));
});

it('does not verify a service that takes over no table', async () => {
  const { told, services } = play(undefined, { linkless: 'auth' });
  assert.deepEqual(await told, []);
  assert.equal(services.auth!.stage, 'migrated');
});

it('asks again where retiring is refused, or where the service has gone back meanwhile', async () => {
  const { told, services } = play(undefined, { retireRefusals: 2 });
  assert.deepEqual(await told, []);
  assert.equal(services.users!.stage, 'retired');
});

it('leaves out what does not come about, tells it, and ends', async () => {
  const { told, services, events, proven, minutes } = play((service, name) => {
    if (name !== 'users' || service.stage !== 'shadowing' || service.paused) return false;
    goBack(service, 'p95 on the service is 1500 ms');
    return true;
  });
  const unfinished = await told;
  assert.equal(unfinished.length, 2);
  assert.match(unfinished[0]!, /^users did not get to canary 50%: 5 times: went back by itself/);
  assert.deepEqual(
    [services.auth!.stage, services.users!.target.stage, proven()],
    ['migrated', 'monolith', 0],
  );
  assert.ok(events.some((event) => event.endsWith('The story goes on without it.')));
  assert.ok(minutes() < 15);
});

it('ends when a service stands still for ever, on the slowest machine too', async () => {
  const { told, minutes } = play((service) => service.stage === 'shadowing', { patience: 4 });
  assert.equal((await told).length, 3);
  assert.ok(minutes() < 16, `${minutes()} minutes`);
});

it('brings all back in the end when it is to, the last one first, once it is proven where they are', async () => {
  const order: string[] = [];
  const { told, services, proven } = play(undefined, {
    story: {
      goesBack: undefined,
      retires: undefined,
      endsBack: true,
      proveMigrated: async () => void order.push(`${services.auth!.stage} ${services.users!.stage}`),
      onStage: (name) => order.push(name),
    },
  });
  assert.deepEqual(await told, []);
  assert.deepEqual([services.auth!.stage, services.users!.stage, proven()], ['monolith', 'monolith', 2]);
  const end = order.slice(order.indexOf('migrated migrated'));
  assert.ok(end.indexOf('users:monolith') > 0);
  assert.ok(end.indexOf('auth:monolith') > end.indexOf('users:monolith'));
});

it('brings back within its limit also what did not get all the way, and proves nothing by it', async () => {
  const { told, services, proven, minutes } = play(
    (service, name) => name === 'users' && service.stage === 'canary' && service.target.stage === 'migrated',
    { story: { goesBack: undefined, retires: undefined, endsBack: true, longestMs: 5 * 60_000 } },
  );
  assert.match((await told).join(), /^users did not get to migrated/);
  assert.deepEqual([services.auth!.stage, services.users!.stage, proven()], ['monolith', 'monolith', 1]);
  assert.ok(minutes() < 9, `${minutes()} minutes`);
});

it('tells when a service that was there already goes back by itself while another moves, each time', async () => {
  const ways: WayBack[] = [];
  let times = 0;
  let users: Stage = 'monolith';
  const { told, events } = play(
    (service, name) => {
      if (name === 'users') users = service.stage;
      // While users copy, and once more when both were there.
      const turn = ['copying', 'migrated'][times];
      if (name !== 'auth' || service.stage !== 'migrated' || users !== turn) return false;
      times += 1;
      goBack(service, `its lock refused write ${times}`);
      return true;
    },
    { story: { onWentBack: (way) => ways.push(way) } },
  );
  assert.deepEqual(await told, []);
  assert.deepEqual(ways, [
    { service: 'auth', from: 'migrated', why: 'its lock refused write 1' },
    { service: 'auth', from: 'migrated', why: 'its lock refused write 2' },
  ]);
  assert.ok(
    events.includes(
      'auth, which was at migrated, went back by itself, no write lost: its lock refused write 1',
    ),
  );
});
