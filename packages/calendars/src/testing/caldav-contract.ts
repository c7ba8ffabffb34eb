import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Agent } from 'undici';
import { calendarsOf, findAccount } from '../caldav/account.ts';
import { calDavCalendar } from '../caldav/calendar.ts';
import type { DavHost } from '../caldav/requests.ts';
import { type Change, eventIdOf, type Ours } from '../events.ts';
import type { CalendarErrorCode, RemoteCalendar } from '../remote.ts';

/** A server with one calendar, as its owner has it before them. */
export type CalDavServer = {
  url: string;
  login: { username: string; password: string };
  /** `expanded`: what the server writes out of it, for one that has no rules of its own. */
  put(name: string, ics: string, expanded?: string): Promise<void>;
  get(name: string): Promise<string | undefined>;
  remove(name: string): Promise<void>;
  /** No token that was given is good any more, if it can do that. */
  forgetTokens?(): void;
  stop(): Promise<void>;
};

const SPAN = { from: new Date('2026-10-01T00:00:00Z'), to: new Date('2027-10-01T00:00:00Z') };
const KEY = '0b8f6a52-7f0e-4c9e-9f43-0f8a0f3e7b11';
const EVENT = {
  key: KEY,
  title: 'Talk; with Ümit, at\nAcme',
  location: 'Room 1',
  startsAt: new Date('2026-12-01T09:00:00Z'),
  endsAt: new Date('2026-12-01T10:00:00Z'),
};

export const icsOf = (...events: string[][]) =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test//EN',
    ...BERLIN,
    ...events.flatMap((lines) => ['BEGIN:VEVENT', 'DTSTAMP:20261001T000000Z', ...lines, 'END:VEVENT']),
    'END:VCALENDAR',
    '',
  ].join('\r\n');

const BERLIN = [
  'BEGIN:VTIMEZONE',
  'TZID:Europe/Berlin',
  'BEGIN:STANDARD',
  'DTSTART:19701025T030000',
  'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:19700329T020000',
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
];

/** Weekly over the end of summer time; one was moved, one left out. */
const WEEKLY = icsOf(
  [
    'UID:weekly',
    'SUMMARY:Weekly',
    'DTSTART;TZID=Europe/Berlin:20261020T090000',
    'DURATION:PT1H',
    'RRULE:FREQ=WEEKLY;COUNT=4',
    'EXDATE;TZID=Europe/Berlin:20261103T090000',
  ],
  [
    'UID:weekly',
    'SUMMARY:Weekly\\, moved',
    'RECURRENCE-ID;TZID=Europe/Berlin:20261027T090000',
    'DTSTART;TZID=Europe/Berlin:20261027T130000',
    'DURATION:PT1H',
  ],
);
const WEEKLY_EXPANDED = icsOf(
  [
    'UID:weekly',
    'SUMMARY:Weekly',
    'RECURRENCE-ID:20261020T070000Z',
    'DTSTART:20261020T070000Z',
    'DURATION:PT1H',
  ],
  [
    'UID:weekly',
    'SUMMARY:Weekly\\, moved',
    'RECURRENCE-ID:20261027T080000Z',
    'DTSTART:20261027T120000Z',
    'DURATION:PT1H',
  ],
  [
    'UID:weekly',
    'SUMMARY:Weekly',
    'RECURRENCE-ID:20261110T080000Z',
    'DTSTART:20261110T080000Z',
    'DURATION:PT1H',
  ],
);
const one = (uid: string, ...lines: string[]) => icsOf([`UID:${uid}`, `SUMMARY:${uid}`, ...lines]);

/** What a server of CalDAV is to us: the double of `npm test`, and a real one. */
export function calDavContract(start: () => Promise<CalDavServer>, ours: Ours): void {
  const dispatcher = new Agent();
  const host: DavHost = { dispatcher, problemOf: () => undefined, signal: new AbortController().signal };
  let server: CalDavServer;
  let calendar: RemoteCalendar;

  before(async () => {
    server = await start();
  });
  after(async () => {
    await server?.stop();
    await dispatcher.destroy();
  });

  const isCode = (code: CalendarErrorCode) => (error: { code?: unknown }) => error.code === code;

  describe('a server of CalDAV', () => {
    it('is found from its address alone, and takes the right password only', async () => {
      const account = await findAccount(host, server.url, server.login);
      const [work] = await calendarsOf(host, account);
      assert.equal(work!.name, 'Work');
      calendar = calDavCalendar(ours, host, account, work!.url);
      const wrong = { ...server.login, password: 'wrong' };
      await assert.rejects(findAccount(host, server.url, wrong), isCode('UNAUTHORIZED'));
    });

    it('tells all that blocks time, then what has changed', async () => {
      await server.put('weekly.ics', WEEKLY, WEEKLY_EXPANDED);
      await server.put(
        'zoned.ics',
        one(
          'zoned',
          'DTSTART;TZID=Europe/Berlin:20270701T090000',
          'DTEND;TZID=Europe/Berlin:20270701T100000',
        ),
      );
      await server.put('day.ics', one('day', 'DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261227'));
      await server.put(
        'free.ics',
        one('free', 'DTSTART:20261201T090000Z', 'DURATION:PT1H', 'TRANSP:TRANSPARENT'),
      );
      await server.put(
        'off.ics',
        one('off', 'DTSTART:20261201T090000Z', 'DURATION:PT1H', 'STATUS:CANCELLED'),
      );
      const all = await calendar.changes(null, SPAN);
      assert.deepEqual(timesOf(all.changes), [
        'Weekly 2026-10-20T07:00:00.000Z PT60M',
        'Weekly, moved 2026-10-27T12:00:00.000Z PT60M',
        'Weekly 2026-11-10T08:00:00.000Z PT60M',
        'day 2026-12-24T00:00:00.000Z PT4320M',
        'zoned 2027-07-01T07:00:00.000Z PT60M',
      ]);
      const none = await calendar.changes(all.syncToken, SPAN);
      assert.deepEqual(none.changes, []);
      const renamed = [WEEKLY, WEEKLY_EXPANDED].map((ics) => ics.replaceAll('SUMMARY:', 'SUMMARY:Our ')) as [
        string,
        string,
      ];
      await server.put('weekly.ics', ...renamed);
      const again = await calendar.changes(none.syncToken, SPAN);
      assert.deepEqual(
        timesOf(again.changes),
        timesOf(all.changes)
          .slice(0, 3)
          .map((time) => `Our ${time}`),
      );
      await server.remove('weekly.ics');
      await server.put('zoned.ics', one('zoned', 'DTSTART:20270701T100000Z', 'DURATION:PT30M'));
      for (const name of ['b', 'c'])
        await server.put(`${name}.ics`, one(name, 'DTSTART:20270801T100000Z', 'DURATION:PT1H'));
      const some = await calendar.changes(none.syncToken, SPAN);
      assert.deepEqual(
        some.changes.map(({ externalId, busy }) => [externalId.split('/').at(-1), busy.length]).toSorted(),
        [
          ['b.ics', 1],
          ['c.ics', 1],
          ['weekly.ics', 0],
          ['zoned.ics', 1],
        ],
      );
      server.forgetTokens?.();
      const old = server.forgetTokens ? some.syncToken : `${some.syncToken.slice(0, -64)}${'0'.repeat(64)}`;
      await assert.rejects(calendar.changes(old, SPAN), isCode('SYNC_TOKEN_GONE'));
    });

    it('has an event of ours once, which moves, keeps what its owner has added, and goes', async () => {
      const name = `${eventIdOf(ours, KEY)}.ics`;
      assert.equal(await calendar.put(EVENT, false), true);
      assert.equal(await calendar.put(EVENT, false), true);
      const made = (await server.get(name))!.replaceAll('\r\n ', '');
      assert.match(made, /SUMMARY:Talk\\; with Ümit\\, at\\nAcme/);
      assert.match(made, /DTSTART:20261201T090000Z/);
      await server.put(
        name,
        (await server.get(name))!.replace('END:VEVENT', 'DESCRIPTION:Bring the portfolio\r\nEND:VEVENT'),
      );
      const moved = {
        ...EVENT,
        startsAt: new Date('2026-12-02T09:00:00Z'),
        endsAt: new Date('2026-12-02T10:00:00Z'),
      };
      assert.equal(await calendar.put(moved, true), true);
      const now = (await server.get(name))!;
      assert.match(now, /DTSTART:20261202T090000Z/);
      assert.match(now, /DESCRIPTION:Bring the portfolio/);
      assert.equal(now.match(/BEGIN:VEVENT/g)!.length, 1);
      const { changes } = await calendar.changes(null, SPAN);
      assert.deepEqual(changes.find(({ externalId }) => externalId.endsWith(name))?.busy, []);
      await calendar.remove(KEY);
      await calendar.remove(KEY);
      assert.equal(await server.get(name), undefined);
    });

    it('from which its owner has removed one of ours gets it no more', async () => {
      assert.equal(await calendar.put(EVENT, false), true);
      await server.remove(`${eventIdOf(ours, KEY)}.ics`);
      assert.equal(await calendar.put(EVENT, true), false);
      assert.equal(await server.get(`${eventIdOf(ours, KEY)}.ics`), undefined);
    });
  });
}

function timesOf(changes: readonly Change[]): string[] {
  return changes
    .flatMap(({ busy }) => busy)
    .toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime())
    .map(
      ({ title, startsAt, endsAt }) =>
        `${title} ${startsAt.toISOString()} PT${(endsAt.getTime() - startsAt.getTime()) / 60_000}M`,
    );
}
