import type { Person } from '@banyan/ui/testing';
import type { Answers } from '../answers.ts';
import { authIsThere } from '../auth-service.ts';
import type { View } from '../views.ts';

const SECURITY = '/settings/security';

const views: readonly View[] = [
  { name: 'general', path: '/settings', who: 'newcomer', given: withUsers },
  { name: 'general-monolith', path: '/settings', who: 'newcomer' },
  { name: 'security', path: SECURITY, who: 'newcomer', given: withAuth },
  { name: 'security-monolith', path: SECURITY, who: 'newcomer' },
  {
    name: 'security-one',
    path: SECURITY,
    who: 'newcomer',
    given: async (answers, person) => {
      await withAuth(answers, person);
      await answers.instead('/auth/sessions', { sessions: SESSIONS.slice(0, 1) });
      await answers.instead('/oauth/grants', { grants: [] });
      await answers.instead('GET /auth/second-factor', { enabled: true, recovery_codes_left: 2 });
      await answers.instead('/auth/email-verification', { email: 'ada@example.com', email_verified: false });
    },
  },
  {
    name: 'security-failed',
    path: SECURITY,
    who: 'newcomer',
    given: async (answers, person) => {
      await withAuth(answers, person);
      await answers.refuse('/auth/sessions', { status: 500 });
    },
    afterwards: (page) => page.getByText('Your sessions could not be loaded').waitFor(),
  },
  {
    name: 'security-set-up',
    path: SECURITY,
    who: 'newcomer',
    given: withAuth,
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'Set up' }).click();
      await page.getByRole('img', { name: 'QR code' }).waitFor();
    },
  },
  {
    name: 'security-codes',
    path: SECURITY,
    who: 'newcomer',
    given: withAuth,
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'Set up' }).click();
      await page.getByLabel('Code that the app shows').fill('123456');
      await page.getByRole('button', { name: 'Turn it on' }).click();
      await page.getByText('Keep these codes').waitFor();
    },
  },
  { name: 'privacy', path: '/settings/privacy', who: 'newcomer', given: withUsers },
  { name: 'privacy-not-yet', path: '/settings/privacy', who: 'newcomer' },
  { name: 'data', path: '/settings/data', who: 'newcomer', given: withUsers },
  {
    name: 'data-deletion',
    path: '/settings/data',
    who: 'newcomer',
    given: withUsers,
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'Delete the account' }).click();
      await page.getByLabel(/^Type ada/).waitFor();
    },
  },
];

export default views;

const SESSIONS = [
  {
    id: '5f0f6c0e-8a0e-4c0a-9d63-0d5a3c1a7a01',
    started_at: '2026-05-30T07:12:00.000Z',
    last_used_at: '2026-06-02T09:28:00.000Z',
    expires_at: '2026-07-02T09:28:00.000Z',
    current: true,
  },
  {
    id: '5f0f6c0e-8a0e-4c0a-9d63-0d5a3c1a7a02',
    started_at: '2026-05-12T18:40:00.000Z',
    last_used_at: '2026-06-01T20:05:00.000Z',
    expires_at: '2026-07-01T20:05:00.000Z',
    current: false,
  },
  {
    id: '5f0f6c0e-8a0e-4c0a-9d63-0d5a3c1a7a03',
    started_at: '2026-05-03T11:00:00.000Z',
    last_used_at: '2026-05-09T06:51:00.000Z',
    expires_at: '2026-06-09T06:51:00.000Z',
    current: false,
  },
];

/** As the service of accounts answers. */
async function withAuth(answers: Answers, person: Person): Promise<void> {
  await authIsThere(person);
  await answers.instead('/auth/email-verification', { email: 'ada@example.com', email_verified: true });
  await answers.instead('/auth/sessions', { sessions: SESSIONS });
  await answers.instead('/oauth/grants', {
    grants: [
      {
        id: '5f0f6c0e-8a0e-4c0a-9d63-0d5a3c1a7b01',
        client_name: 'Ledger of Applications',
        scopes: ['read'],
        created_at: '2026-05-01T08:00:00.000Z',
        last_used_at: '2026-06-02T07:00:00.000Z',
      },
      {
        id: '5f0f6c0e-8a0e-4c0a-9d63-0d5a3c1a7b02',
        client_name: 'Inbox Helper',
        scopes: ['read', 'write'],
        created_at: '2026-05-20T08:00:00.000Z',
        last_used_at: null,
      },
    ],
  });
  await answers.instead('GET /auth/second-factor', { enabled: false, recovery_codes_left: 0 });
  await answers.instead('POST /auth/second-factor', {
    secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    uri: 'otpauth://totp/Career%20Copilot:ada@example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Career%20Copilot',
  });
  await answers.instead('/auth/second-factor/confirm', {
    recovery_codes: Array.from({ length: 10 }, (_, n) => `ABCD-EFGH-IJKL-MNO${'PQRSTUVWXY'[n]}`),
  });
}

/** As the service of users answers. */
async function withUsers(answers: Answers): Promise<void> {
  await answers.instead('/users/me/preferences', {});
  await answers.instead('/users/me/privacy-settings', {
    profile_visibility: 'members',
    show_headline: true,
    show_location: false,
    show_skills: true,
  });
}
