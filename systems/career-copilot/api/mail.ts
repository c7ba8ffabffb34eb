import { PageQuery } from '@banyan/service/page-query';
import { type Static, Type } from 'typebox';
import { Id, Nullable, Timestamp } from './common.ts';

const Email = Type.String({ minLength: 3, maxLength: 200, pattern: '^[^\\s@]+@[^\\s@]+$' });

/** Where a person forwards mail about their applications to. */
export const MailAddress = Type.Object({
  address: Type.String({ description: 'It is hard to guess, so show it to nobody else.' }),
  senders: Type.Array(Type.String(), { description: 'Addresses of theirs from which they forward.' }),
  moves: Type.Boolean({
    description:
      'Mails about which there is no doubt move applications by themselves, after a while in which that can be stopped.',
  }),
  created_at: Timestamp,
});
export type MailAddress = Static<typeof MailAddress>;
export const Senders = Type.Object({
  senders: Type.Array(Email, { minItems: 1, maxItems: 10 }),
  moves: Type.Optional(
    Type.Boolean({
      description:
        'Whether mails may move applications by themselves; left out: as before, and `false` at first. It takes a connection by which we may act.',
    }),
  ),
});

/** As a mail server posts what it has received, signed by Standard Webhooks with the secret that the two share. */
export const IncomingMail = Type.Object({
  envelope_from: Type.String({ maxLength: 400 }),
  envelope_to: Type.String({ maxLength: 400 }),
  spf: Type.String({
    maxLength: 20,
    description: 'What the mail server found of the envelope: `pass`, `fail` ...',
  }),
  dkim: Type.Optional(
    Type.Array(Type.String({ maxLength: 255 }), {
      maxItems: 20,
      description: 'Domains whose signature (DKIM) of this mail the mail server has found to be good.',
    }),
  ),
  raw: Type.String({ description: 'The mail as it came (RFC 822), in base64.' }),
});

const STATES = ['open', 'confirmed', 'dismissed'] as const;
const State = Type.Unsafe<(typeof STATES)[number]>({ type: 'string', enum: [...STATES] });
/** What a company's mail may say of an application. */
export const MAIL_KINDS = ['received', 'interview', 'offer', 'rejection'] as const;
export type MailKind = (typeof MAIL_KINDS)[number];
const Kind = Type.Unsafe<MailKind>({ type: 'string', enum: [...MAIL_KINDS] });

const Candidate = Type.Object({
  application_id: Type.Integer(),
  company_name: Type.String(),
  job_title: Type.String(),
  score: Type.Number({ description: 'What speaks for it, in points.' }),
});
export const Proposal = Type.Object({
  id: Type.Integer(),
  state: State,
  kind: Kind,
  proposed_status: Type.String({ description: 'Of the application.' }),
  sentence: Type.String({ description: 'That of the mail which decided it.' }),
  subject: Type.String(),
  sender: Type.String(),
  received_at: Timestamp,
  application_id: Nullable<number>(Type.Integer({ description: 'That it was confirmed for.' })),
  moves_at: Nullable<Date>(
    Type.Unsafe<Date>({
      ...Timestamp,
      description: 'When it moves the application by itself, unless it is dismissed or confirmed before.',
    }),
  ),
  moved_by_mail: Type.Boolean({
    description: 'It was confirmed by nobody: the mail has moved the application.',
  }),
});
export type Proposal = Static<typeof Proposal>;
export const ProposalWithCandidates = Type.Object({
  ...Proposal.properties,
  candidates: Type.Array(Candidate, { description: 'The likeliest first.' }),
});
export const ProposalQuery = Type.Object({ ...PageQuery.properties, state: Type.Optional(State) });
export const Confirmation = Type.Object({ application_id: Id.properties.id });
