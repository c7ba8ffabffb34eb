import type { Answers } from './answers.ts';

const PROPOSAL = {
  id: 3,
  state: 'open',
  kind: 'interview',
  proposed_status: 'interviewing',
  sentence: 'We would like to invite you to a conversation with the team next week.',
  subject: 'Your application as an analyst',
  sender: 'jobs@acme.example',
  received_at: '2026-06-02T08:50:00.000Z',
  application_id: null,
  moves_at: null,
  moved_by_mail: false,
};

/** As the service of integrations answers. */
export async function withMail(answers: Answers): Promise<void> {
  await answers.instead('/integrations/webhooks/types', { types: [] });
  await answers.instead('GET /integrations/mail/address', {
    address: 'k3v9-ada-7q2m5x@in.career.example',
    senders: ['ada@example.com', 'ada.lovelace@work.example'],
    moves: false,
    created_at: '2026-05-02T08:00:00.000Z',
  });
  await answers.instead('GET /integrations/mail/proposals', {
    items: [
      PROPOSAL,
      { ...PROPOSAL, id: 2, kind: 'rejection', subject: 'Data engineer', sender: 'people@initech.example' },
    ],
    next_cursor: null,
  });
  await answers.instead('GET /integrations/mail/proposals/*', {
    ...PROPOSAL,
    candidates: [
      { application_id: 12, company_name: 'Acme', job_title: 'Analyst', score: 7 },
      { application_id: 9, company_name: 'Acme', job_title: 'Data engineer', score: 4 },
    ],
  });
}
