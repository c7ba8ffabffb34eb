import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { contextOf, type UserId } from '@banyan/connections';
import { createPool, type Db } from '@banyan/postgres';
import { until } from '@banyan/postgres/testing';
import { createEncryption } from '@banyan/service';
import type { CalDavAccount } from '../caldav/account.ts';
import { type CalDavDouble, startCalDav, type WhenWritten } from './caldav-server.ts';
import { type GoogleCalendar, startGoogleCalendar } from './google-calendar.ts';

/** A process of a service with calendars; its tables are there when its address is known. */
type Killed = { url(): Promise<string>; kill(): void; gone: Promise<unknown> };

/** A service to be killed, and what its system has of it in calendars: what is done with that is done in its tables, so that nobody need run. */
export type KilledService = {
  /** What it is told, its `DATABASE_URL` and `ENCRYPTION_KEYS` among it. */
  env: Record<string, string>;
  start(env: Record<string, string>): Killed;
  /** Whose calendars they are. */
  owner: UserId;
  make(db: Db, title: string, startsAt: Date): Promise<unknown>;
  move(db: Db, title: string, startsAt: Date): Promise<unknown>;
  cancel(db: Db, title: string): Promise<unknown>;
};

const TOKEN = 'a token of Google';
const LIMIT = { timeout: 240_000 };
const [NINE, TEN] = [new Date('2030-01-07T09:00:00Z'), new Date('2030-01-07T10:00:00Z')];
/** Longer than a lease, and than the time between two looks. */
const LATER = `interval '1 hour'`;

/**
 * Kills a service before and after each kind of write into a calendar at Google and into one at a server of CalDAV: whatever comes of it, both have
 * each thing once, as it is, and none that is gone. `begin` is told what the service has to be told of the calendars.
 */
export function killedLooks(begin: (env: Record<string, string>) => Promise<KilledService>): void {
  let google: GoogleCalendar;
  let dav: CalDavDouble;
  let service: KilledService;
  let pool: Db;
  let running: Killed | undefined;

  before(async () => {
    [google, dav] = [await startGoogleCalendar(TOKEN), await startCalDav()];
    service = await begin({
      GOOGLE_CALENDAR_URL: google.url,
      CALENDAR_LOOK_MS: '20',
      CALENDAR_EVERY_SECONDS: '600',
    });
    pool = createPool(service.env.DATABASE_URL!, { max: 2 });
    running = service.start(service.env);
    await running.url();
    const [rootUrl, homeUrl] = [`${dav.url}/dav/`, `${dav.url}/dav/calendars/ada/`];
    const account: CalDavAccount = { ...dav.login, rootUrl, homeUrl };
    await link('google', TOKEN, 'primary');
    await link('caldav', JSON.stringify(account), `${homeUrl}work/`);
  });
  after(async () => {
    running?.kill();
    await running?.gone;
    await pool?.end();
    google?.close();
    await dav?.stop();
  });

  for (const moment of ['before', 'after'] as const) {
    it(
      `what is made, moved and cancelled is in calendars as it is, once, killed ${moment} each`,
      LIMIT,
      async () => {
        const title = `killed ${moment}`;
        await service.make(pool, title, NINE);
        await killed(moment);
        assert.deepEqual(await healed(), inBoth({ title, at: NINE }));
        await service.move(pool, title, TEN);
        await killed(moment);
        assert.deepEqual(await healed(), inBoth({ title, at: TEN }));
        await service.cancel(pool, title);
        await killed(moment);
        assert.deepEqual(await healed(), inBoth());
      },
    );

    it(
      `what is moved or cancelled while nobody runs is so, killed ${moment} it was made`,
      LIMIT,
      async () => {
        const [moved, gone] = [`moved, killed ${moment}`, `gone, killed ${moment}`];
        await service.make(pool, moved, NINE);
        await killed(moment);
        await service.move(pool, moved, TEN);
        assert.deepEqual(await healed(), inBoth({ title: moved, at: TEN }));
        await service.make(pool, gone, NINE);
        await killed(moment);
        await service.cancel(pool, gone);
        assert.deepEqual(await healed(), inBoth({ title: moved, at: TEN }));
        await service.cancel(pool, moved);
        assert.deepEqual(await looked(), inBoth());
      },
    );
  }

  /** Has the service look, and kills it when it is at this moment of a write into both calendars. */
  async function killed(moment: WhenWritten): Promise<void> {
    const held = new Set<object>();
    for (const double of [google, dav])
      double.onWrite = async (when) => {
        if (when !== moment) return;
        held.add(double);
        await new Promise(() => {});
      };
    await later();
    await until(() => held.size === 2);
    running!.kill();
    await running!.gone;
    for (const double of [google, dav]) double.onWrite = async () => {};
  }

  /** What of ours both calendars have after the next process has looked. */
  async function healed() {
    running = service.start(service.env);
    return await looked();
  }

  async function looked() {
    await later();
    await until(async () => {
      const { rowCount } = await pool.query(
        'SELECT FROM calendars WHERE leased_until IS NOT NULL OR due_at <= now()',
      );
      return rowCount === 0;
    });
    const { rows } = await pool.query('SELECT error FROM calendars WHERE error IS NOT NULL');
    assert.deepEqual(rows, []);
    return { google: inGoogle(google), caldav: inCalDav(dav) };
  }

  async function later(): Promise<void> {
    await pool.query(
      `UPDATE calendars SET due_at = due_at - ${LATER}, leased_until = leased_until - ${LATER}`,
    );
  }

  async function link(provider: string, token: string, calendar: string): Promise<void> {
    const sealed = await createEncryption(service.env.ENCRYPTION_KEYS!).encrypt(
      token,
      contextOf(service.owner),
    );
    await pool.query(
      `WITH made AS (
         INSERT INTO oauth_connections (user_id, provider, account, scopes, access_token)
         VALUES ($1, $2, '', '{}', $3) RETURNING user_id, id)
       INSERT INTO calendars (user_id, connection_id, calendar_id) SELECT user_id, id, $4 FROM made`,
      [service.owner, provider, sealed, calendar],
    );
  }
}

type Shown = { title: string; at: Date };

function inBoth(...shown: Shown[]): { google: Shown[]; caldav: Shown[] } {
  return { google: shown, caldav: shown };
}

function inGoogle({ events }: GoogleCalendar): Shown[] {
  return [...events.values()]
    .filter(({ status }) => status !== 'cancelled')
    .map(({ summary, start }) => ({
      title: String(summary),
      at: new Date((start as { dateTime: string }).dateTime),
    }));
}

function inCalDav({ objects }: CalDavDouble): Shown[] {
  return [...objects.values()].map(({ ics }) => {
    const value = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(ics)![1]!.trim();
    const at = value('DTSTART').replace(/^(....)(..)(..T..)(..)(..)Z$/, '$1-$2-$3:$4:$5Z');
    return { title: value('SUMMARY').replaceAll('\\,', ','), at: new Date(at) };
  });
}
