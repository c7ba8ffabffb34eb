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
} satisfies Record<string, KindDefinition>;

export type Kind = keyof typeof kinds;

/** Throws if there is no such kind, which only another version of this service may have made. */
export function kindOf(name: string): KindDefinition {
  const kind = (kinds as Record<string, KindDefinition>)[name];
  if (!kind) throw new Error(`nobody is told of ${name} by this version of the service`);
  return kind;
}
