/**
 * A model of the fenced step, small enough to be searched whole: one row, its two copies, the two links between them, and
 * one column of either flow. `b` flows both ways, `f` from the monolith only. The row's key is the service's from share 1
 * on. Pure: an operation makes a new world of an old one.
 */

type Side = 'monolith' | 'service';
type Row = { b: number; f: number };

/** What stands in a database's log, in commit order. Links' own writes do not: the other link drops them by origin. */
type Change =
  | { kind: 'write'; op: 'insert' | 'update' | 'delete'; row: Row; at: number }
  /** The row of the side whose log this is, sent again; `share`: the one under which it was asked for. */
  | { kind: 'repair'; row: Row | null; share: number; at: number }
  /** What the forward-only column is, of a row that the other link has inserted. */
  | { kind: 'announced'; f: number; at: number }
  | { kind: 'marker'; at: number };

type Link = {
  /** The other link reads the other side's log. */
  source: Side;
  backlog: Change[];
  held: boolean;
  /** From a position of the source's log on, which share is in force. Under the old rule only the last one counts. */
  shares: { from: number; share: number }[];
  /** Position at which a fence that is not decided may change the share. */
  mark: number | null;
  /** Its slot was lost, it goes on from then, and nobody has found rows equal since. */
  missed: boolean;
  /** Repairs that it has asked for and nobody has sent. */
  asked: { of: Side; share: number }[];
};

export type World = {
  rows: Record<Side, Row | null>;
  /** Next position of each log. */
  positions: Record<Side, number>;
  links: { forward: Link; reverse: Link };
  /** As the control database has it. */
  share: number;
  fence: {
    to: number;
    state: 'holding' | 'committed' | 'aborted';
    reached: Direction[];
    disturbed: boolean;
  } | null;
  /** What the row's owners have acknowledged: the last value, or that it is gone. */
  acknowledged: number | null;
  /** Somebody wrote past the gateway during a fence: which share that write is under, nobody can say. */
  blurred: boolean;
  /** Writes so far; the next value. */
  serial: number;
  counts: { writes: number; strays: number; fences: number; kills: number; losses: number };
};

export type Rules = {
  /** By which share a change is judged: the one in force when it was committed, or the one when it is applied. */
  judge: 'committed' | 'applied';
  /** Whether a fence waits for both links to come to their markers, or only for the one whose side loses the keys. */
  drains: 'both' | 'loser';
  /** When the side that wins the keys is marked: with the other one, or once it has all that the loser had committed. */
  marksWinner: 'at once' | 'after the loser';
  /** Whether a fence is given up for repairs that were asked for and come after its marker. */
  waitsForRepairs: boolean;
  /** Whether a repair that comes after its row's owner has changed makes the new owner send the row. */
  reroutes: boolean;
  /** Whether a write by the wrong side has to be undone, or both sides have only to end equal. */
  strays: 'undone' | 'either wins';
  /** Whether a step is refused while changes are missed that no repair has brought. */
  stepsWhileMissed: 'refused' | 'made';
  /** Whether the monolith announces what the forward-only column is of rows that the service inserts. */
  announces: boolean;
};

export type Limits = World['counts'];

type Direction = 'forward' | 'reverse';
const DIRECTIONS: Direction[] = ['forward', 'reverse'];

export function firstWorld(share: number): World {
  const link = (source: Side): Link => ({
    source,
    backlog: [],
    held: false,
    shares: [{ from: 0, share }],
    mark: null,
    missed: false,
    asked: [],
  });
  return {
    rows: { monolith: { b: 0, f: 0 }, service: { b: 0, f: 0 } },
    positions: { monolith: 1, service: 1 },
    links: { forward: link('monolith'), reverse: link('service') },
    share,
    fence: null,
    acknowledged: 0,
    blurred: false,
    serial: 0,
    counts: { writes: 0, strays: 0, fences: 0, kills: 0, losses: 0 },
  };
}

/** All that may happen next, by name. */
export function next(world: World, rules: Rules, limits: Limits): [name: string, after: World][] {
  const steps: [string, World][] = [];
  const offer = (name: string, change: (draft: World) => void) => {
    const draft = copyOf(world);
    change(draft);
    steps.push([name, draft]);
  };
  const { counts, fence } = world;
  const owner = sideOf(world.share);
  const there = world.rows[owner] !== null;
  if (counts.writes < limits.writes) {
    // The gateways hold the writes of keys that move until the fence is decided.
    if (fence?.state !== 'holding') {
      if (there) offer(`${owner} updates b`, (draft) => write(draft, owner, 'update'));
      if (there) offer(`${owner} deletes`, (draft) => write(draft, owner, 'delete'));
      if (!there) offer(`${owner} inserts`, (draft) => write(draft, owner, 'insert'));
    }
    if (world.rows.monolith) offer('monolith updates f', touch);
  }
  const wrong = other(owner);
  if (counts.strays < limits.strays && world.rows[wrong])
    offer(`${wrong} updates b, which is not its to write`, (draft) => stray(draft, wrong));
  for (const direction of DIRECTIONS) {
    if (canApply(world.links[direction]))
      offer(`${direction} applies`, (draft) => apply(draft, direction, rules));
    if (world.links[direction].asked.length > 0)
      offer(`repair for ${direction} is sent`, (draft) => sendRepair(draft, direction));
  }
  const missed = DIRECTIONS.some((each) => world.links[each].missed);
  const refused = missed && rules.stepsWhileMissed === 'refused';
  if (!fence && !refused && counts.fences < limits.fences)
    offer('fence opens', (draft) => openFence(draft, rules));
  if (!fence && counts.losses < limits.losses)
    for (const direction of DIRECTIONS)
      if (world.links[direction].backlog.length > 0)
        offer(`${direction} loses its log`, (draft) => loseLog(draft, direction));
  if (missed && isVerifiable(world)) offer('rows are verified', verifyRows);
  if (fence?.state === 'holding') {
    if (mayCommit(world, rules)) offer('fence commits', commitFence);
    offer('fence aborts', abortFence);
  } else if (fence) offer('links are released', releaseLinks);
  if (counts.kills < limits.kills) offer('links are killed and start again', kill);
  return steps;
}

/** Everything comes to rest: nobody writes, the fence is decided, logs are read to their ends, repairs are sent. */
export function quiesce(world: World, rules: Rules): World {
  const draft = copyOf(world);
  if (draft.fence?.state === 'holding') abortFence(draft);
  if (draft.fence) releaseLinks(draft);
  for (let left = 200; left > 0; left--) {
    const direction = DIRECTIONS.find((each) => canApply(draft.links[each]));
    const asking = DIRECTIONS.find((each) => draft.links[each].asked.length > 0);
    if (direction) apply(draft, direction, rules);
    else if (asking) sendRepair(draft, asking);
    else if (DIRECTIONS.some((each) => draft.links[each].missed)) verifyRows(draft);
    else return draft;
  }
  throw new Error('repairs ask for one another for ever');
}

/** What is wrong with a world at rest; undefined if nothing is. */
export function faultOf({ rows, acknowledged, blurred }: World, { strays }: Rules): string | undefined {
  const { monolith, service } = rows;
  if (monolith?.b !== service?.b) return `b differs: monolith ${monolith?.b}, service ${service?.b}`;
  if (monolith?.f !== service?.f) return `f differs: monolith ${monolith?.f}, service ${service?.f}`;
  const b = monolith?.b ?? null;
  if (!blurred && strays !== 'either wins' && b !== acknowledged)
    return `acknowledged was ${acknowledged}, both have ${b}`;
  return undefined;
}

/** Plain data; several times as quick as `structuredClone`. */
function copyOf(world: World): World {
  return JSON.parse(JSON.stringify(world));
}

function sideOf(share: number): Side {
  return share > 0 ? 'service' : 'monolith';
}

function other(side: Side): Side {
  return side === 'monolith' ? 'service' : 'monolith';
}

function linkFrom(world: World, side: Side): Link {
  return side === 'monolith' ? world.links.forward : world.links.reverse;
}

function append(world: World, side: Side, change: DistributiveOmit<Change, 'at'>): void {
  linkFrom(world, side).backlog.push({ ...change, at: world.positions[side]++ } as Change);
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function write(world: World, side: Side, op: 'insert' | 'update' | 'delete'): void {
  world.counts.writes++;
  const value = ++world.serial;
  const before = world.rows[side];
  const row = op === 'delete' ? before! : { b: value, f: before?.f ?? 0 };
  world.rows[side] = op === 'delete' ? null : row;
  world.acknowledged = op === 'delete' ? null : value;
  append(world, side, { kind: 'write', op, row });
}

function touch(world: World): void {
  world.counts.writes++;
  const row = { b: world.rows.monolith!.b, f: ++world.serial };
  world.rows.monolith = row;
  append(world, 'monolith', { kind: 'write', op: 'update', row });
}

function stray(world: World, side: Side): void {
  world.counts.strays++;
  const row = { b: ++world.serial, f: world.rows[side]!.f };
  world.rows[side] = row;
  if (world.fence?.state === 'holding' && linkFrom(world, side).mark !== null) world.blurred = true;
  append(world, side, { kind: 'write', op: 'update', row });
}

function canApply({ held, backlog, mark }: Link): boolean {
  const first = backlog[0];
  return first !== undefined && !held && (mark === null || first.at <= mark);
}

function apply(world: World, direction: Direction, rules: Rules): void {
  const link = world.links[direction];
  const change = link.backlog.shift()!;
  if (change.kind === 'marker') {
    link.held = true;
    world.fence?.reached.push(direction);
    if (rules.marksWinner === 'after the loser' && direction === loserOf(world)) markWinner(world, rules);
    return;
  }
  const share = shareAt(link, change.at, rules);
  const owner = sideOf(share);
  const target = other(link.source);
  const mine = owner === link.source;
  const row = world.rows[target];
  const ask = (of: Side) => link.asked.push({ of, share });
  if (change.kind === 'announced') {
    if (row) row.f = change.f;
    return;
  }
  if (change.kind === 'repair') {
    if (mine) put(world, direction, change.row, rules);
    else {
      if (row && change.row && direction === 'forward') row.f = change.row.f;
      const moved = change.share !== share;
      if (rules.reroutes && moved) ask(owner);
    }
    return;
  }
  switch (change.op) {
    case 'insert':
      if (row) ask(owner);
      else put(world, direction, change.row, rules);
      return;
    case 'delete':
      if (!row) return;
      if (mine) world.rows[target] = null;
      else ask(owner);
      return;
    case 'update':
      if (!row) ask(owner);
      else if (mine) put(world, direction, change.row, rules);
      else {
        if (row.b !== change.row.b) ask(owner);
        if (direction === 'forward') row.f = change.row.f;
      }
  }
}

/** The row becomes what the source has, but for the column that flows one way. */
function put(world: World, direction: Direction, row: Row | null, rules: Rules): void {
  const target = direction === 'forward' ? 'service' : 'monolith';
  const before = world.rows[target];
  if (!row) world.rows[target] = null;
  else if (direction === 'forward') world.rows[target] = { ...row };
  else {
    world.rows[target] = { b: row.b, f: before?.f ?? 0 };
    if (!before && rules.announces) append(world, 'monolith', { kind: 'announced', f: 0 });
  }
}

function shareAt({ shares }: Link, at: number, { judge }: Rules): number {
  if (judge === 'applied') return shares.at(-1)!.share;
  return shares.findLast(({ from }) => from <= at)!.share;
}

/** What it has not applied is gone. It goes on from now. */
function loseLog(world: World, direction: Direction): void {
  world.counts.losses++;
  const link = world.links[direction];
  link.backlog = [];
  link.missed = true;
}

/** A comparison looks at what is left once both logs are applied. */
function isVerifiable({ fence, links }: World): boolean {
  return !fence && DIRECTIONS.every((each) => links[each].backlog.length + links[each].asked.length === 0);
}

/** Rows that differ are sent by whoever has them; once they are equal nothing is missed any more. */
function verifyRows(world: World): void {
  const { monolith, service } = world.rows;
  if (JSON.stringify(monolith) === JSON.stringify(service)) {
    for (const direction of DIRECTIONS) world.links[direction].missed = false;
    return;
  }
  for (const side of ['monolith', 'service'] as const)
    append(world, side, {
      kind: 'repair',
      row: world.rows[side] && { ...world.rows[side]! },
      share: world.share,
    });
}

function sendRepair(world: World, direction: Direction): void {
  const { of, share } = world.links[direction].asked.shift()!;
  // Behind the marker it would be judged by the share that comes.
  if (world.fence) world.fence.disturbed = true;
  append(world, of, { kind: 'repair', row: world.rows[of] && { ...world.rows[of]! }, share });
}

/** What the loser has committed is on the other side before the step; from its marker on both links hold. */
function openFence(world: World, rules: Rules): void {
  world.counts.fences++;
  const to = world.share > 0 ? 0 : 1;
  world.fence = { to, state: 'holding', reached: [], disturbed: false };
  const loser = loserOf(world);
  mark(world, loser);
  if (rules.drains === 'loser') world.links[opposite(loser)].held = true;
  if (rules.marksWinner === 'at once') markWinner(world, rules);
}

function markWinner(world: World, { drains }: Rules): void {
  const winner = opposite(loserOf(world));
  if (drains === 'both') mark(world, winner);
  else world.links[winner].mark = world.positions[world.links[winner].source];
}

function mark(world: World, direction: Direction): void {
  const link = world.links[direction];
  link.mark = world.positions[link.source];
  append(world, link.source, { kind: 'marker' });
}

function loserOf({ share }: World): Direction {
  return share > 0 ? 'reverse' : 'forward';
}

function opposite(direction: Direction): Direction {
  return direction === 'forward' ? 'reverse' : 'forward';
}

function mayCommit(world: World, rules: Rules): boolean {
  const { fence, links } = world;
  const awaited = rules.drains === 'both' ? DIRECTIONS : [loserOf(world)];
  if (!awaited.every((direction) => fence!.reached.includes(direction))) return false;
  if (!rules.waitsForRepairs) return true;
  return !fence!.disturbed && DIRECTIONS.every((each) => links[each].asked.length === 0);
}

function commitFence(world: World): void {
  world.fence!.state = 'committed';
  world.share = world.fence!.to;
}

function abortFence(world: World): void {
  world.fence!.state = 'aborted';
}

function releaseLinks(world: World): void {
  for (const direction of DIRECTIONS) {
    const link = world.links[direction];
    link.backlog = link.backlog.filter(({ kind }) => kind !== 'marker');
    link.held = false;
    link.shares.push({ from: link.mark ?? world.positions[link.source], share: world.share });
    link.mark = null;
  }
  world.fence = null;
}

/** What was applied stays applied. A fence of the life before cannot be committed any more. */
function kill(world: World): void {
  world.counts.kills++;
  if (world.fence?.state === 'holding') abortFence(world);
  if (world.fence) releaseLinks(world);
}
