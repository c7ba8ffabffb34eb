import {
  confirmPhone,
  digest,
  type KindDefinition,
  news,
  ofAccount,
  ofChoice,
  trial,
} from '@banyan/notifications';
import { Type } from 'typebox';

const Name = Type.Optional(Type.String());
const Link = Type.String();

/**
 * Of what people are told, and how who have not chosen. Changes of status are mostly their own doing, so they find them in the app; a saved search
 * says by itself how often; jobs that fit come together once a day, and so do forwarded mails that wait for a word. What has stopped working is
 * told at once. News are for those who have asked for them. The words are in built-in.ts, and in what administrators have made of them.
 */
export const kinds = {
  verify_email: ofAccount(Type.Object({ name: Name, link: Link }), {
    name: 'Ada',
    link: 'https://career.example/verify?token=…',
  }),
  reset_password: ofAccount(Type.Object({ name: Name, link: Link }), {
    name: 'Ada',
    link: 'https://career.example/reset?token=…',
  }),
  password_changed: ofAccount(Type.Object({ name: Name, link: Type.Optional(Link) }), { name: 'Ada' }),
  confirm_phone: confirmPhone,
  trial,
  status_changed: ofChoice(
    Type.Object({ applicationId: Type.Integer(), from: Type.Optional(Type.String()), to: Type.String() }),
    { applicationId: 12, from: 'applied', to: 'interview' },
    {
      ways: { in_app: true, email: 'off', sms: false, push: true },
      rowBy: 'others',
      page: ({ applicationId }) => `/applications/${applicationId}`,
    },
  ),
  next_action_due: ofChoice(
    Type.Object({
      applicationId: Type.Integer(),
      what: Type.String(),
      dueAt: Type.String(),
      job: Type.String(),
      company: Type.String(),
    }),
    {
      applicationId: 12,
      what: 'Ask how it goes',
      dueAt: '2026-11-30T09:00:00Z',
      job: 'Engineer',
      company: 'Vault-Tec',
    },
    {
      ways: { in_app: true, email: 'instant', sms: false, push: true },
      page: ({ applicationId }) => `/applications/${applicationId}`,
    },
  ),
  job_matched: ofChoice(
    Type.Object({
      jobId: Type.Integer(),
      title: Type.String(),
      company: Type.String(),
      score: Type.Integer(),
      reasons: Type.Array(Type.String()),
    }),
    { jobId: 5, title: 'Engineer', company: 'Vault-Tec', score: 87, reasons: ['4 of 5 skills'] },
    {
      ways: { in_app: true, email: 'daily', sms: false, push: false },
      page: ({ jobId }) => `/jobs/${jobId}`,
    },
  ),
  saved_search_matched: ofChoice(
    Type.Object({
      searchId: Type.Integer(),
      name: Type.String(),
      jobs: Type.Array(Type.Object({ title: Type.String(), company: Type.String() })),
      total: Type.Integer(),
    }),
    { searchId: 3, name: 'Remote in Berlin', jobs: [{ title: 'Engineer', company: 'Vault-Tec' }], total: 4 },
    {
      ways: { in_app: true, email: 'instant', sms: false, push: true },
      page: ({ searchId }) => `/searches/${searchId}`,
    },
  ),
  webhook_disabled: ofChoice(
    Type.Object({ endpointId: Type.Integer(), host: Type.String(), reason: Type.String() }),
    { endpointId: 4, host: 'hooks.vault-tec.example', reason: 'failing' },
    {
      ways: { in_app: true, email: 'instant', sms: false, push: false },
      page: ({ endpointId }) => `/integrations/webhooks/${endpointId}`,
    },
  ),
  connection_lost: ofChoice(
    Type.Object({ connectionId: Type.Integer(), provider: Type.String() }),
    {
      connectionId: 2,
      provider: 'google',
    },
    {
      ways: { in_app: true, email: 'instant', sms: false, push: true },
      page: () => '/integrations/connections',
    },
  ),
  mail_recognized: ofChoice(
    Type.Object({ proposalId: Type.Integer(), says: Type.String() }),
    {
      proposalId: 9,
      says: 'interview',
    },
    {
      ways: { in_app: true, email: 'daily', sms: false, push: true },
      page: ({ proposalId }) => `/integrations/mail/${proposalId}`,
    },
  ),
  news: news({ link: 'https://career.example/news' }),
  digest: digest({ line: 'Engineer at Vault-Tec fits you: 87 of 100 points.' }, '/notifications'),
} satisfies Record<string, KindDefinition>;
