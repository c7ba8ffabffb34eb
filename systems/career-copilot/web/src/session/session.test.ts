import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BrowserDouble, LIFE_S, ORIGIN } from './testing/browser-double.ts';

const AS = (user: number) => ({ email: `person-${user}@example.com`, password: 'right' });
const MINUTE = 60_000;
/** In a row, so that they are over while a token that comes again is forgiven. */
const MOST_FAULTS = 3;

async function loggedIn(user = 1) {
  const browser = new BrowserDouble();
  const tab = browser.openTab();
  await tab.resume();
  assert.deepEqual(await tab.logIn(AS(user)), { ok: true, user: { id: user, role: 'user' } });
  return { browser, tab };
}

describe('a tab', () => {
  it('that is opened where nobody is logged in says so', async () => {
    const tab = new BrowserDouble().openTab();
    assert.deepEqual(tab.state(), { status: 'starting' });
    await tab.resume();
    assert.deepEqual(tab.state(), { status: 'out', reason: null });
  });

  it('is handed the answer of a login that was refused, and stays as it was', async () => {
    const tab = new BrowserDouble().openTab();
    await tab.resume();
    const result = await tab.logIn({ ...AS(1), password: 'wrong' });
    assert.equal(!result.ok && result.refused.status, 401);
    assert.deepEqual(tab.state(), { status: 'out', reason: null });
  });

  it('stays logged in for days, by a token each time before the last has run out', async () => {
    const { browser, tab } = await loggedIn();
    await browser.pass(48 * 60 * MINUTE);
    assert.deepEqual(tab.state(), { status: 'in', user: { id: 1, role: 'user' } });
    assert.equal((await tab.fetch(`${ORIGIN}/api/v1/jobs`)).status, 200);
    assert.equal(browser.stolen, 0);
  });

  it('is logged in again when its page is loaded anew', async () => {
    const { browser } = await loggedIn();
    const anew = browser.openTab();
    await anew.resume();
    assert.deepEqual(anew.state(), { status: 'in', user: { id: 1, role: 'user' } });
  });

  it('asks again at once when the answer to a refresh was lost, while it is forgiven', async () => {
    const { browser, tab } = await loggedIn();
    browser.faults = ['answer lost', 'answer lost'];
    await browser.pass(LIFE_S * 1_000);
    assert.equal(tab.state().status, 'in');
    assert.equal(browser.stolen, 0);
  });

  it('waits as long as it is told to, while requests go on by the token that it has', async () => {
    const { browser, tab } = await loggedIn();
    browser.faults = Array(100).fill('told to wait');
    await browser.pass((LIFE_S * 1_000 * 3) / 4 + 20_000);
    // Two seconds lie between two attempts.
    assert.equal(100 - browser.faults.length, 11);
    assert.equal((await tab.fetch(`${ORIGIN}/api/v1/jobs`)).status, 200);
    await browser.pass(LIFE_S * 1_000);
    assert.equal(tab.state().status, 'in');
  });

  it('holds requests while it has no good token, and fails them as a network does when none comes', async () => {
    const { browser, tab } = await loggedIn();
    browser.faults = Array(1_000).fill('not reached');
    await browser.pass(LIFE_S * 1_000 + MINUTE);
    const failed = assert.rejects(tab.fetch(`${ORIGIN}/api/v1/jobs`), TypeError);
    await browser.pass(MINUTE / 2);
    await failed;
    const held = tab.fetch(`${ORIGIN}/api/v1/jobs`);
    await browser.pass(1_000);
    browser.faults = [];
    await browser.pass(16_000);
    assert.equal((await held).status, 200);
  });

  it('replaces a token that was refused before its time, and repeats what was refused, with its body', async () => {
    const { browser, tab } = await loggedIn();
    browser.refuseAccessTokens();
    const [write, read] = await Promise.all([
      tab.fetch(`${ORIGIN}/api/v1/applications`, { method: 'POST', body: '{"job_id":7}' }),
      tab.fetch(`${ORIGIN}/api/v1/jobs`),
    ]);
    assert.deepEqual([write.status, read.status], [200, 200]);
    assert.equal(browser.served.find(({ path }) => path.endsWith('applications'))?.body, '{"job_id":7}');
    assert.equal(browser.refreshes, 2);
  });

  it('says that the session is over when it was ended elsewhere, and hands on the answer', async () => {
    const { browser, tab } = await loggedIn();
    browser.endSessions();
    browser.refuseAccessTokens();
    assert.equal((await tab.fetch(`${ORIGIN}/api/v1/jobs`)).status, 401);
    assert.deepEqual(tab.state(), { status: 'out', reason: 'ended' });
  });

  it('whose browser keeps no cookies is logged in until the token runs out', async () => {
    const browser = new BrowserDouble();
    browser.cookiesAreKept = false;
    const tab = browser.openTab();
    await tab.resume();
    await tab.logIn(AS(1));
    await browser.pass(20 * MINUTE);
    assert.equal((await tab.fetch(`${ORIGIN}/api/v1/jobs`)).status, 200);
    await browser.pass(10 * MINUTE);
    assert.deepEqual(tab.state(), { status: 'out', reason: 'ended' });
  });

  it('is logged out by its own wish even when the server cannot be told', async () => {
    const { browser, tab } = await loggedIn();
    browser.faults = ['not reached'];
    assert.equal(await tab.logOut(), false);
    assert.deepEqual(tab.state(), { status: 'out', reason: 'logged-out' });
    assert.equal((await tab.fetch(`${ORIGIN}/api/v1/jobs`)).status, 401);
  });
});

describe('two tabs', () => {
  it('share what one of them has asked for', async () => {
    const { browser, tab } = await loggedIn();
    const other = browser.openTab();
    await other.resume();
    await browser.rest();
    const before = browser.refreshes;
    await browser.pass(24 * 60 * MINUTE);
    const rounds = (24 * 60 * MINUTE) / ((LIFE_S * 1_000 * 3) / 4);
    assert.equal(browser.refreshes - before, Math.floor(rounds));
    for (const each of [tab, other]) assert.equal((await each.fetch(`${ORIGIN}/api/v1/jobs`)).status, 200);
  });

  it('are logged in and out together', async () => {
    const browser = new BrowserDouble();
    const [one, other] = [browser.openTab(), browser.openTab()];
    await Promise.all([one.resume(), other.resume()]);
    await one.logIn(AS(1));
    await browser.rest();
    assert.equal(other.state().status, 'in');
    await other.logOut();
    await browser.rest();
    assert.deepEqual(one.state(), { status: 'out', reason: 'logged-out' });
  });

  it('of which one logs somebody else in: the other does not go on as them, unless that is wished', async () => {
    const { browser, tab } = await loggedIn(1);
    const other = browser.openTab();
    await other.resume();
    await other.logOut();
    await other.logIn(AS(2));
    await browser.rest();
    assert.deepEqual(tab.state(), { status: 'out', reason: 'somebody-else' });
    assert.equal((await tab.fetch(`${ORIGIN}/api/v1/applications`, { method: 'POST' })).status, 401);
    assert.deepEqual(browser.served, []);
    await tab.resume();
    assert.deepEqual(tab.state(), { status: 'in', user: { id: 2, role: 'user' } });
  });

  it('that know nothing of each other do not go on as somebody else either', async () => {
    const { browser, tab } = await loggedIn(1);
    const other = browser.openTab();
    await other.logIn(AS(2));
    browser.refuseAccessTokens();
    const answer = await tab.fetch(`${ORIGIN}/api/v1/applications`, { method: 'POST' });
    assert.equal(answer.status, 401);
    assert.deepEqual(tab.state(), { status: 'out', reason: 'somebody-else' });
  });
});

it('whatever fails and whoever logs in where, no tab acts for anybody but its own user, and no token counts as stolen', async () => {
  const step = fc.oneof(
    fc.record({ tab: fc.nat(1), does: fc.constantFrom('ask', 'write', 'log out', 'resume', 'wake') }),
    fc.record({ tab: fc.nat(1), does: fc.constant('log in'), as: fc.integer({ min: 1, max: 2 }) }),
    fc.record({ does: fc.constant('pass'), ms: fc.integer({ min: 0, max: 45 * MINUTE }) }),
    fc.record({ does: fc.constantFrom('not reached', 'told to wait', 'answer lost') }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const browser = new BrowserDouble();
      const tabs = [browser.openTab(), browser.openTab()];
      const user: (number | null)[] = [null, null];
      for (const [index, tab] of tabs.entries()) {
        const look = () => {
          const state = tab.state();
          user[index] = state.status === 'in' ? state.user.id : null;
        };
        tab.subscribe(look);
        void tab.resume();
      }
      for (const one of steps) {
        const tab = 'tab' in one ? tabs[one.tab]! : tabs[0]!;
        if (one.does === 'pass') await browser.pass(one.ms);
        else if (one.does === 'log in') void tab.logIn(AS(one.as)).catch(() => {});
        else if (one.does === 'log out') void tab.logOut();
        else if (one.does === 'resume') void tab.resume();
        else if (one.does === 'wake') tab.wake();
        else if (one.does === 'ask' || one.does === 'write') {
          const asked = user[one.tab];
          const from = browser.served.length;
          const method = one.does === 'ask' ? 'GET' : 'POST';
          void tab.fetch(`${ORIGIN}/api/v1/things`, { method }).catch(() => {});
          await browser.rest();
          for (const { user: served } of browser.served.slice(from))
            if (asked !== null) assert.equal(served, asked);
        } else if (browser.faults.length < MOST_FAULTS) browser.faults.push(one.does);
      }
      assert.equal(browser.stolen, 0);
    }),
  );
});
