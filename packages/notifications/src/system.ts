import type { Access, Spelling } from '@banyan/service';
import type pg from 'pg';
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import type { Locale, TemplateWords, Ways } from './api/index.ts';

/** As the whole system has it: a number or a UUID. */
export type UserId = number | string;

/** What a system says of itself that tells its people things; all else is the same for all. */
export type NotificationSystem = {
  /** As its people know it, e.g. `Career Copilot`. */
  title: string;
  /** As whom e-mails are sent, and whom a push service may ask, where nothing else is configured. */
  mail: { from: string; contact: string };
  /** Where its API is, and below that the routes of this package: `/api/v1`, `/notifications`. */
  paths: { api: string; own: string };
  /** Of what people are told; `confirm_phone`, `trial`, `news` and `digest` are among it. */
  kinds: Readonly<Record<string, KindDefinition>>;
  /** Its words, by kind and language. */
  words: Readonly<Record<string, Record<Locale, TemplateWords>>>;
  /** What each kind is called on the page on which its e-mails are ended. */
  labels: Record<Locale, Readonly<Record<string, string>>>;
  /** Filters that put words for values: `{{ to | state }}`. What has no word stays as it is. */
  filters?: Filters;
  people: PeopleSystem;
  /** The type of ids of `notifications`, rows by which others tell in the app. With `uuid` this service may make some of them too (`rowBy`). */
  rows: { id: IdType };
  access(pool: pg.Pool): Access<UserId>;
  /** Apps on telephones may be added for push, by their token of FCM. Default false. */
  devices?: boolean;
  /** Of the names of fields in its API. Default `snake_case`. */
  spelling?: Spelling;
};

/** Kinds are values also where they are names of fields. */
export const spellingOf = ({ spelling, kinds }: Pick<NotificationSystem, 'spelling' | 'kinds'>) => ({
  spelling,
  values: kinds,
});

/** By the filter's name, the language and the value. */
export type Filters = Readonly<Record<string, Partial<Record<string, Readonly<Record<string, string>>>>>>;

/** Something that people are told of: what its templates may be filled with, and how it is treated. */
export type KindDefinition<P extends TObject = TObject> = {
  parameters: P;
  /** What previews are filled with. */
  sample: Static<P>;
  /** About their own account: told whatever they have chosen, at any hour, and nobody unsubscribes from it. */
  mandatory: boolean;
  /** Two of the same are better than none, when nobody knows whether the first one arrived. */
  mayComeTwice: boolean;
  /** How people are told of it who have not chosen; of what they cannot choose about: undefined. */
  ways?: Ways;
  /**
   * In the app it is a row of `notifications`: one that others make with what it tells of, which is not made here again (`others`), or one of whoever
   * tells it (`teller`): others, where they do what it tells of, and else this service. Left out: it is in a table that this service alone has.
   */
  rowBy?: 'others' | 'teller';
  /** The page on which people find it, as a path of the web. */
  page?(parameters: Record<string, unknown>): string;
};

type IdType = 'integer' | 'uuid';

export type PeopleSystem = {
  /** SQL type of the ids of users. */
  idType: IdType;
  /** As the API has them. */
  id: TSchema;
  /** SQL: a query of `user_id`, `email`, `is_active` of those whom replication brings here. */
  mapped: string;
  /** SQL: whether an account is active, by its id and what replication says of it, both given as SQL; NULL: nobody said. */
  active(userId: string, mapped: string): string;
};

/** About somebody's account: told whatever they have chosen. */
export const ofAccount = <P extends TObject>(parameters: P, sample: Static<P>) => ({
  parameters,
  sample,
  mandatory: true,
  mayComeTwice: true,
});

/** What people choose about: told by these ways until they have. */
export const ofChoice = <P extends TObject>(
  parameters: P,
  sample: Static<P>,
  more: Pick<KindDefinition, 'rowBy' | 'page'> & { ways: Ways },
) => ({ parameters, sample, mandatory: false, mayComeTwice: false, ...more });

/** The code that shows that a telephone number is somebody's. */
export const confirmPhone = ofAccount(Type.Object({ code: Type.String() }), { code: '123456' });

/** What somebody sends to themselves by a channel, to see whether it reaches them. */
export const trial = {
  ...ofAccount(Type.Object({ channel: Type.String() }), { channel: 'email' }),
  mayComeTwice: false,
};

/** A campaign, whose words are its own, for those who have asked for it. */
export const news = (sample: { link: string }) =>
  ofChoice(Type.Object({ link: Type.Optional(Type.String()) }), sample, {
    ways: { in_app: false, email: 'off', sms: false, push: false },
  });

/** All of a day or a week in one. It comes to whom something comes so, and is no kind of its own to choose. */
export const digest = (sample: { line: string }, page: string) => ({
  parameters: Type.Object({ items: Type.Array(Type.Object({ line: Type.String() })) }),
  sample: { items: [sample] },
  mandatory: false,
  mayComeTwice: false,
  page: () => page,
});

/** Throws if there is no such kind, which only another version of this service may have made. */
export function kindOf({ kinds }: Pick<NotificationSystem, 'kinds'>, name: string): KindDefinition {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (!kind) throw new Error(`nobody is told of ${name} by this version of the service`);
  return kind;
}

/** Kinds that people choose about: what concerns their account they are told anyway. */
export function chosenKinds({ kinds }: Pick<NotificationSystem, 'kinds'>): string[] {
  return Object.keys(kinds).filter((kind) => kinds[kind]!.ways !== undefined);
}
