import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Environment } from '@banyan/harness/run';
import { assertSame, type Told } from '@banyan/harness/testing/story';
import { scratchHome } from '@banyan/postgres/scratch-server';
import { startTestEnvironment } from './kit/testing/environment.ts';
import { BORN_OUTSIDE, FIRST, goBack, migrate, OTHERS, repeatWhile } from './kit/testing/moves.ts';
import { goTo } from './kit/testing/stages.ts';
import { tellStory } from './kit/testing/story.ts';
import { AUTH_ISSUER, LEGACY_ISSUER } from './kit/tokens.ts';
import type { Session } from './web/src/session/session.ts';
import { BrowserWithoutPages } from './web/src/session/testing/browser-without-pages.ts';

/**
 * One person's story through the gateway, from the registration to the offer, is the same to the word with no service migrated, with
 * three, with all, and while each of them moves there and back. So is the session of a page, whoever signs its tokens.
 */

const LIMIT = { timeout: 600_000 };

const web = mkdtempSync(join(scratchHome(), 'story-web-'));
let environment: Environment;
/** As it goes with everything on the monolith. */
let onMonolith: Told[];
let people = 0;

before(async () => {
  // Enough of its web to have sessions of pages.
  writeFileSync(join(web, 'index.html'), '<!doctype html>');
  environment = await startTestEnvironment('story', { users: 40, monolith: { WEB_FOLDER: web } });
}, LIMIT);

after(async () => {
  await environment?.stop();
  rmSync(web, { recursive: true, force: true });
});

const tell = () => tellStory(environment.gatewayUrl, `person${++people}`);
const tellTheSame = async () => assertSame(await tell(), onMonolith);

it('goes its way with everything on the monolith', LIMIT, async () => {
  await migrate(environment.control, [BORN_OUTSIDE]);
  onMonolith = await tell();
});

describe('a page of whoever was logged in before anything moved', () => {
  let browser: BrowserWithoutPages;
  let tabs: [Session, Session];

  before(async () => {
    browser = new BrowserWithoutPages(environment.gatewayUrl);
    tabs = [browser.openTab(), browser.openTab()];
    const account = { email: 'tabs@story.example', password: 'correct horse battery', full_name: 'Ada Tabs' };
    const { ok } = await tabs[0].register(account);
    await tabs[1].resume();
    assert.ok(ok);
  });

  /** The older of two pages is closed and one opened, which asks for tokens anew; then both are used. */
  const goOn = async () => {
    tabs = [tabs[1], browser.openTab()];
    await tabs[1].resume();
    for (const tab of tabs) {
      const answer = await tab.fetch(`${environment.gatewayUrl}/api/v1/auth/me`);
      assert.equal(answer.status, 200, await answer.clone().text());
      assert.equal(((await answer.json()) as { email: string }).email, 'tabs@story.example');
      assert.equal(tab.state().status, 'in');
    }
  };
  const stillGoesOn = async (move: Promise<void>, issuer: string) => {
    await repeatWhile(move, goOn);
    await goOn();
    assert.equal(browser.issuer, issuer);
  };

  it('stays logged in while auth moves half of its users', LIMIT, async () => {
    await stillGoesOn(goTo(environment.control, 'auth', 'canary', 5_000), LEGACY_ISSUER);
  });

  it('stays logged in when auth has moved: others sign its tokens now', LIMIT, async () => {
    await stillGoesOn(goTo(environment.control, 'auth', 'migrated'), AUTH_ISSUER);
  });

  it(
    'stays logged in when the answer to a refresh is lost: the token that comes again at once is no stolen one',
    LIMIT,
    async () => {
      browser.lost = 2;
      await goOn();
      assert.equal(browser.lost, 0);
      await goOn();
    },
  );

  it('stays logged in when auth has gone back to the monolith', LIMIT, async () => {
    await stillGoesOn(goTo(environment.control, 'auth', 'monolith'), LEGACY_ISSUER);
  });

  it('is logged out for good, in both tabs', async () => {
    assert.equal(await tabs[0].logOut(), true);
    const anew = browser.openTab();
    await anew.resume();
    assert.deepEqual(anew.state(), { status: 'out', reason: null });
    assert.deepEqual(tabs[1].state(), { status: 'out', reason: 'logged-out' });
  });
});

it('is the same with three services migrated, and while they move', LIMIT, async () => {
  await repeatWhile(migrate(environment.control, FIRST), tellTheSame);
  await tellTheSame();
});

it('is the same with all services migrated, and while they move', LIMIT, async () => {
  await repeatWhile(migrate(environment.control, OTHERS), tellTheSame);
  await tellTheSame();
});

it('is the same while all go back to the monolith, and there', LIMIT, async () => {
  await repeatWhile(goBack(environment.control, [...FIRST, ...OTHERS]), tellTheSame);
  await tellTheSame();
});
