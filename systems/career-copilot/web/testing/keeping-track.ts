import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Chromium, Page } from '@banyan/ui/testing';
import { mailServerOf } from '../../kit/mail-server.ts';
import { signed } from '../../services/integrations/webhooks/signature.ts';
import { PDF } from './applications-service.ts';
import type { DemoPeople } from './demo-data.ts';
import { applies, movesTo, reload, sees } from './story.ts';
import { newcomer, visitor } from './visitor.ts';

type Where = { origin: string; people: DemoPeople; environment: { secret: string } };

/**
 * What pages have only where all services are there, against these services: whom somebody spoke to, what is to be done next, what they sent, a résumé that is read, for whom jobs are and why they fit, a search that goes on, being told
 * without looking, what companies write, and for administrators the catalogue of data products.
 */
export async function keepsTrack(chromium: Chromium, { origin, people, environment }: Where): Promise<void> {
  const person = await newcomer(chromium, { origin });
  await person.watched(async () => {
    const other = await person.tab();
    const stream = other.waitForRequest(/\/notifications\/stream/);
    await other.goto('/applications');
    const page = await person.tab('/jobs');
    const job = await applies(page);
    await page.getByRole('link', { name: 'Show the application' }).click();
    await page.getByRole('list', { name: 'What happened' }).waitFor();
    await keepsAContact(page);
    await plansTheNextStep(page);
    await keepsDocuments(page);
    await stream;
    await isToldWithoutLooking(page, other, job);
    await other.close();
    await importsAResume(page);
    await looksByLevel(page);
    await savesTheSearch(page);
    await seesWhyItFits(page);
    await forwardsAMail(page, origin, environment.secret, job);
  });
  const administrator = await visitor(chromium, { origin }, people.administrator);
  await administrator.watched(async () => seesDataProducts(await administrator.tab('/administration/data')));
}

async function keepsAContact(page: Page): Promise<void> {
  const card = page.getByRole('region', { name: 'Contacts' });
  await card.getByRole('button', { name: 'Add a contact' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Grace Hopper');
  await dialog.getByLabel('E-mail').fill('grace@acme.example');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.waitFor({ state: 'detached' });
  await reload(page);
  await card.getByRole('link', { name: 'grace@acme.example' }).waitFor();
}

async function plansTheNextStep(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Plan the next step' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What').fill('Send the references');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await reload(page);
  await page.getByText('Send the references', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByText('What was to be done is done').waitFor();
}

/** A text, a picture and pages, as they are looked at. */
async function keepsDocuments(page: Page): Promise<void> {
  const card = page.getByRole('region', { name: 'Documents' });
  for (const [name, mimeType, content, shown] of [
    ['letter.txt', 'text/plain', Buffer.from('Dear team'), page.getByText('Dear team')],
    ['face.png', 'image/png', PICTURE, page.getByRole('img', { name: 'face.png' })],
    ['cv.pdf', 'application/pdf', Buffer.from(PDF), page.getByRole('img', { name: 'cv.pdf, page 1' })],
  ] as const) {
    await card.getByRole('button', { name: 'Add a document' }).click();
    await page.locator('input[type=file]').setInputFiles({ name, mimeType, buffer: content });
    await card.getByRole('button', { name, exact: true }).click();
    await shown.waitFor();
    if (mimeType === 'application/pdf') await page.waitForFunction(isDrawn);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  }
  await page.getByText('Document added: cv.pdf').waitFor();
}

/** Whether something stands on the page that was drawn: a canvas is there before. */
const isDrawn = `(() => {
  const { width, height } = document.querySelector('canvas');
  const { data } = document.querySelector('canvas').getContext('2d').getImageData(0, 0, width, height);
  return data.some((value, at) => at % 4 === 0 && data[at + 3] === 255 && value < 100);
})()`;

const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

/** Out of a file; what was understood of it is corrected before it is kept. */
async function importsAResume(page: Page): Promise<void> {
  const resume = {
    basics: { name: 'Ada Lovelace', label: 'Analist' },
    skills: [{ name: 'SQL' }],
    work: [{ name: 'Analytical Engines', position: 'Engineer', startDate: '2020-01' }],
  };
  await page.goto('/profile/import');
  const file = {
    name: 'resume.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(resume)),
  };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByLabel('Headline from the file').fill('Analyst of engines');
  await page.getByRole('button', { name: 'Save to my profile' }).click();
  await page.waitForURL('**/profile');
  await reload(page);
  await page.getByText('Analytical Engines').waitFor();
  await page.getByRole('row', { name: 'SQL' }).waitFor();
  assert.equal(await page.getByLabel('Headline').inputValue(), 'Analyst of engines');
}

/** By a filter that nobody but the service has; titles say the level where they come from. */
async function looksByLevel(page: Page): Promise<void> {
  await page.goto('/jobs?q=engineer');
  // Levels stand there before they are counted.
  const level = page
    .getByRole('region', { name: 'Level' })
    .getByRole('button', { name: /^Senior/ })
    .filter({ hasText: /\d$/ });
  const count = Number(/\d+$/.exec(await level.innerText())![0]);
  await level.click();
  await page.waitForURL(/seniority=senior/);
  const told = count === 1 ? '1 job' : `${count} jobs`;
  await page.getByRole('heading', { name: told, exact: true }).waitFor();
  const jobs = page.getByRole('feed', { name: 'Jobs found' }).getByRole('article');
  const names = await jobs.evaluateAll((all) => all.map((one) => String(one.getAttribute('aria-label'))));
  assert.ok(names.length > 0 && names.every((name) => name.startsWith('Senior')), names.join('; '));
}

/** The one that they look at. */
async function savesTheSearch(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save this search' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Senior engineers');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved: Senior engineers').waitFor();
  await page.getByRole('link', { name: 'Saved searches' }).click();
  await page.getByRole('region', { name: 'Senior engineers' }).waitFor();
  await page.goBack();
}

/** Of the first job that they find, point by point. */
async function seesWhyItFits(page: Page): Promise<void> {
  await page.getByRole('feed', { name: 'Jobs found' }).getByRole('article').first().click();
  const card = page.getByRole('region', { name: 'How well it fits you' });
  await card.getByText(/^(\d of \d+ skills?|The posting names no skills)/).waitFor();
  await card.getByText(/^Posted (today|yesterday|\d+ days ago)$/).waitFor();
}

/** In the other tab, which nobody touches: of the application, and of its step. */
async function isToldWithoutLooking(page: Page, other: Page, job: string): Promise<void> {
  await sees(page, 'Applications');
  await movesTo(page, job, 'Screening');
  await other.getByRole('link', { name: 'Notifications 2 unread' }).waitFor();
}

/** The mail server passes on what somebody has forwarded, and it moves the application that it is about. */
async function forwardsAMail(page: Page, origin: string, secret: string, job: string): Promise<void> {
  await page.goto('/settings/mail');
  const sender = 'ada@home.example';
  await page.getByLabel('From which address do you forward?').fill(sender);
  await page.getByRole('button', { name: 'Get an address' }).click();
  const domain = mailServerOf(secret).MAIL_DOMAIN;
  const address = await page.getByText(`@${domain}`).first().innerText();
  const company = job.split(' at ').at(-1)!;
  const mail = [
    `From: ${company} <jobs@acme.example>`,
    `To: ${sender}`,
    `Subject: Your application at ${company}`,
    `Message-ID: <${randomUUID()}@acme.example>`,
    '',
    `We would like to invite you to a first interview with the team of ${company}.`,
  ].join('\r\n');
  await passOn(origin, secret, { sender, address, mail });
  await reload(page);
  await page.getByRole('button', { name: /^Look at Your application at / }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('You are invited').waitFor();
  await dialog.getByRole('button', { name: 'Move the application on' }).click();
  await page.getByText('The application has moved on').waitFor();
  await sees(page, 'Applications');
  await page.getByRole('grid', { name: 'Interview' }).getByRole('row', { name: job }).waitFor();
}

async function passOn(
  origin: string,
  secret: string,
  { sender, address, mail }: { sender: string; address: string; mail: string },
): Promise<void> {
  const body = JSON.stringify({
    envelope_from: sender,
    envelope_to: address,
    spf: 'pass',
    raw: Buffer.from(mail).toString('base64'),
  });
  const { MAIL_WEBHOOK_SECRET } = mailServerOf(secret);
  const answer = await fetch(`${origin}/api/v1/integrations/mail/receive`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...signed([MAIL_WEBHOOK_SECRET], { id: randomUUID(), at: new Date(), body }),
    },
    body,
  });
  const told = await answer.text();
  assert.match(told, /"outcome":"proposal"/, told);
}

async function seesDataProducts(page: Page): Promise<void> {
  await page
    .getByText(/^(As fresh as promised|Promise broken)$/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Schema' }).first().click();
}
