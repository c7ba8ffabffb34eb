import { type Static, type TObject, Type } from 'typebox';

/** Something that people are told of: what its templates may be filled with, and how it is treated. */
export type KindDefinition<P extends TObject = TObject> = {
  parameters: P;
  /** What previews are filled with. */
  sample: Static<P>;
  /** About their own account: told whatever they have chosen, at any hour, and nobody unsubscribes from it. */
  mandatory: boolean;
  /** Two of the same are better than none, when nobody knows whether the first one arrived. */
  mayComeTwice: boolean;
};

const ofAccount = <P extends TObject>(parameters: P, sample: Static<P>) => ({
  parameters,
  sample,
  mandatory: true,
  mayComeTwice: true,
});

const ofChoice = <P extends TObject>(parameters: P, sample: Static<P>) => ({
  parameters,
  sample,
  mandatory: false,
  mayComeTwice: false,
});

const Name = Type.Optional(Type.String());
const Link = Type.String();

/** Of what people are told. The words are in built-in.ts, and in what administrators have made of them. */
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
  confirm_phone: ofAccount(Type.Object({ code: Type.String() }), { code: '123456' }),
  status_changed: ofChoice(
    Type.Object({ applicationId: Type.Integer(), from: Type.Optional(Type.String()), to: Type.String() }),
    { applicationId: 12, from: 'applied', to: 'interview' },
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
  ),
  saved_search_matched: ofChoice(
    Type.Object({
      searchId: Type.Integer(),
      name: Type.String(),
      jobs: Type.Array(Type.Object({ title: Type.String(), company: Type.String() })),
      total: Type.Integer(),
    }),
    { searchId: 3, name: 'Remote in Berlin', jobs: [{ title: 'Engineer', company: 'Vault-Tec' }], total: 4 },
  ),
  webhook_disabled: ofChoice(
    Type.Object({ endpointId: Type.Integer(), host: Type.String(), reason: Type.String() }),
    { endpointId: 4, host: 'hooks.vault-tec.example', reason: 'failing' },
  ),
  connection_lost: ofChoice(Type.Object({ connectionId: Type.Integer(), provider: Type.String() }), {
    connectionId: 2,
    provider: 'google',
  }),
  mail_recognized: ofChoice(Type.Object({ proposalId: Type.Integer(), says: Type.String() }), {
    proposalId: 9,
    says: 'interview',
  }),
  /** Of a campaign, whose words are its own. */
  news: ofChoice(Type.Object({ link: Type.Optional(Link) }), { link: 'https://career.example/news' }),
  /** All of a day or a week in one. */
  digest: ofChoice(Type.Object({ items: Type.Array(Type.Object({ line: Type.String() })) }), {
    items: [{ line: 'Engineer at Vault-Tec fits you: 87 of 100 points.' }],
  }),
} satisfies Record<string, KindDefinition>;

export type Kind = keyof typeof kinds;

/** Throws if there is no such kind, which only another version of this service may have made. */
export function kindOf(name: string): KindDefinition {
  const kind = (kinds as Record<string, KindDefinition>)[name];
  if (!kind) throw new Error(`nobody is told of ${name} by this version of the service`);
  return kind;
}

/** Of a kind that is not known: no. */
export function mayKindComeTwice(name: string): boolean {
  return (kinds as Record<string, KindDefinition>)[name]?.mayComeTwice ?? false;
}
