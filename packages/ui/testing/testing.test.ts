import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { assertAccessible } from './accessibility.ts';
import { chromiumMissing } from './find-chromium.ts';
import { inChromium, startChromium } from './in-chromium.ts';
import { openPerson } from './person.ts';
import { assertSteady } from './steady.ts';

const PAGES: Record<string, string> = {
  '/good': '<main><h1>Good</h1><button>Press</button></main>',
  '/bad': `<p style="color: red">Inline</p>
    <script>fetch("/nowhere?q=1")</script>
    <script>Promise.reject(new Error("left alone"))</script>
    <script>console.error("gone wrong")</script>
    <script>throw new Error("thrown away")</script>`,
  '/waiting': '<main><h1>Waiting</h1></main><img src="/never" alt="">',
  '/jumping': `<main><h1>Jumping</h1>${'<p>Text</p>'.repeat(20)}</main><script>
    const box = document.createElement('div');
    const comes = () => { box.style.height = '30vh'; document.querySelector('main').prepend(box, 'Late'); };
    requestAnimationFrame(() => setTimeout(comes, 50));
  </script>`,
  '/pale': '<main><h1>Pale</h1><p>Text</p></main>',
};
const STYLE = `html { background: white; color: black }
  @media (prefers-color-scheme: dark) { html { background: black; color: white } p { color: #333 } }`;

let server: Server;
let origin: string;

before(async () => {
  server = createServer((request, response) => {
    const page = PAGES[request.url!];
    if (request.url === '/style.css') response.writeHead(200, { 'content-type': 'text/css' }).end(STYLE);
    else if (request.url === '/never') return;
    else if (request.url === '/favicon.ico') response.writeHead(204).end();
    else if (page === undefined) response.writeHead(404).end();
    else
      response
        .writeHead(200, { 'content-type': 'text/html', 'content-security-policy': "style-src 'self'" })
        .end(
          `<!doctype html><html lang="en"><title>Page</title><link rel="stylesheet" href="/style.css">${page}`,
        );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

inChromium('what is wrong with a page', (chromium) => {
  let browser: Browser;
  before(async () => {
    browser = await startChromium();
  });
  after(async () => await browser?.close());

  const problemsOf = async (path: string, allowed?: RegExp) => {
    const person = await openPerson(browser, { origin });
    if (allowed) person.allow(allowed);
    const page = await person.tab(path);
    await page.waitForLoadState('networkidle');
    return await person.end();
  };

  it('is told, and nothing of a good one', async () => {
    assert.deepEqual(await problemsOf('/good'), []);
    const problems = await problemsOf('/bad');
    for (const problem of [
      /^console: gone wrong/,
      /^error: Error: thrown away/,
      /^error: Error: left alone/,
      /Content-Security-Policy broken: style-src-attr inline/,
      /^404 GET \/nowhere\?q=1$/,
    ])
      assert.ok(
        problems.some((each) => problem.test(each)),
        `${problem} is not among ${problems.join('\n')}`,
      );
  });

  it('is no problem where the test says so', async () => {
    const problems = await problemsOf('/bad', /^404 GET \/nowhere/);
    assert.ok(!problems.some((each) => each.startsWith('404')), problems.join('\n'));
  });

  it('is told with what a page waits for when it is not shown', async () => {
    const person = await chromium.person({ origin });
    const page = await person.tab();
    const asked = page.waitForRequest('**/never');
    // Its scripts may ask for something before its end has come.
    const isThere = page.waitForEvent('requestfinished', (request) => request.url().endsWith('/waiting'));
    await page.goto('/waiting', { waitUntil: 'commit' });
    await Promise.all([asked, isThere]);
    const waits = person.watched(() => Promise.reject(new Error('It did not come')));
    await assert.rejects(
      waits,
      /^Error: .*\/waiting: It did not come\n.*GET \/never, not there after.*GET \/waiting: 200\n.*On .*\/waiting stands:\n +Waiting$/s,
    );
  });

  it('is told with a failure, which hides what is told at the end', async () => {
    const person = await openPerson(browser, { origin });
    const page = await person.tab('/bad');
    await page.waitForLoadState('networkidle');
    const fails = person.watched(() => Promise.reject(new Error('It did not come')));
    await assert.rejects(fails, /It did not come\n.*Wrong with them was:\n.*404 GET \/nowhere\?q=1\n/s);
    await person.end();
  });

  it('is that it jumps while it comes', async () => {
    const person = await chromium.person({ origin });
    const page = await person.tab('/good');
    await assertSteady(page);
    await page.goto('/jumping');
    await page.getByText('Late').waitFor();
    await assert.rejects(assertSteady(page), /the page moved by 0\.2.*<p/s);
  });

  it('is found by axe in each theme', async () => {
    const person = await chromium.person({ origin });
    const page = await person.tab('/good');
    await assertAccessible(page);
    await page.goto('/pale');
    await assert.rejects(assertAccessible(page), /dark: color-contrast: p/);
    await assertAccessible(page, { themes: ['light'] });
  });
});

it('says how to get a Chromium where there is none', () => {
  assert.match(chromiumMissing({ CHROMIUM_PATH: '/nowhere/chromium' })!, /CHROMIUM_PATH names \/nowhere/);
});
