import type { Person } from '@banyan/ui/testing';
import { ApiError, legacyAnswer } from '../../../kit/legacy-errors.ts';
import type { Answers } from '../answers.ts';
import { authIsThere } from '../auth-service.ts';
import type { View } from '../views.ts';

const { status, headers, body } = legacyAnswer(new ApiError('CODE_NEEDED'));
const LINK = '#token=0b0c7a52-of-a-mail';

/** Before somebody is logged in. */
const views: readonly View[] = [
  { name: 'login', path: '/login', who: 'stranger', given: withAuth },
  { name: 'login-monolith', path: '/login', who: 'stranger' },
  {
    name: 'login-refused',
    path: '/login',
    who: 'stranger',
    given: async (_answers, person) => person.allow(/^401 /),
    afterwards: async (page) => {
      await logIn(page);
      await page.getByText('You could not be logged in').waitFor();
    },
  },
  {
    name: 'login-code',
    path: '/login',
    who: 'stranger',
    given: async (_answers, person) => {
      person.allow(/^401 /);
      // The session is no part of the API, whose answers others stand in for.
      await person.context.route('**/session', (route) => route.fulfill({ status, headers, json: body }));
    },
    afterwards: async (page) => {
      await logIn(page);
      await page.getByLabel('Code of your app').waitFor();
    },
  },
  { name: 'register', path: '/register', who: 'stranger' },
  {
    name: 'register-problems',
    path: '/register',
    who: 'stranger',
    afterwards: async (page) => {
      await page.getByLabel('E-mail').fill('ada');
      await page.getByLabel('Password').fill('short');
      await page.getByRole('button', { name: 'Create the account' }).click();
      await page.getByText('At least 8 characters.').waitFor();
    },
  },
  { name: 'forgot', path: '/forgot-password', who: 'stranger', given: withAuth },
  { name: 'forgot-monolith', path: '/forgot-password', who: 'stranger', afterwards: notYet },
  {
    name: 'forgot-sent',
    path: '/forgot-password',
    who: 'stranger',
    given: withAuth,
    afterwards: async (page) => {
      await page.getByLabel('E-mail').fill('ada@example.com');
      await page.getByRole('button', { name: 'Send the link' }).click();
      await page.getByText('Look into your mailbox').waitFor();
    },
  },
  { name: 'reset', path: `/reset-password${LINK}`, who: 'stranger' },
  { name: 'reset-bad-link', path: '/reset-password', who: 'stranger' },
  { name: 'verify', path: `/verify-email${LINK}`, who: 'stranger' },
];

export default views;

type Page = Parameters<NonNullable<View['afterwards']>>[0];

async function logIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('not the password');
  await page.keyboard.press('Enter');
}

async function notYet(page: Page): Promise<void> {
  await page.getByText('Links cannot be sent here yet').waitFor();
}

/** As the service of accounts answers. */
async function withAuth(answers: Answers, person: Person): Promise<void> {
  await authIsThere(person);
  await answers.instead('/auth/password-reset', { message: 'on its way' });
}
