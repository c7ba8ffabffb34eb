import { list, named, oneOf, optional, record, required, strings, text } from './fields.ts';

const names = (what: string, example: string) => strings(`a list of ${what}`, example);

const RelationSchema = record(
  {
    relation: required(
      'What the two are to each other, in the words of domain-driven design. Only `partnership` and `shared-kernel` may stand in a circle of contexts that take from each other.',
      oneOf(
        'customer-supplier',
        'conformist',
        'anti-corruption-layer',
        'open-host',
        'published-language',
        'shared-kernel',
        'partnership',
      ),
    ),
    by: required(
      'How it takes: hears `events`, sends `commands`, makes `calls`, shares `tables`. Any other way contradicts the map.',
      list(oneOf('events', 'commands', 'calls', 'tables'), 'a list of ways', "['events']", 1),
    ),
  },
  '{ relation, by }',
);

/** A bounded context of the system, and what it takes from others. */
export const ContextSchema = record(
  {
    title: optional('Its name in sentences.', text('a text', "'User Management'"), {
      otherwise: 'its name in the plan',
    }),
    service: optional('The service of the plan that it is.', text("a service's name", "'users'"), {
      otherwise: 'the one of its name; while the plan has none, the context is in the monolith',
    }),
    entities: optional('What has an identity in it.', names('names', "['User']"), { default: [] }),
    valueObjects: optional('What is only its values.', names('names', "['Email']"), { default: [] }),
    events: optional('What it tells of.', names('names of events', "['UserRegistered']"), { default: [] }),
    tables: optional(
      "The monolith's tables that are its (`users` or `public.users`), whoever writes them now.",
      names("the monolith's tables", "['users']"),
      { default: [] },
    ),
    paths: optional(
      'Beginnings of the paths at which it answers: whose a call through the gateway is, while no service has the route.',
      list(text('a path', "'/api/v1/users'", '^/\\S*$'), 'a list of paths', "['/api/v1/users']"),
      { default: [] },
    ),
    upstream: optional(
      'The contexts from which it takes, by name, and how. Whoever gives is upstream.',
      named(RelationSchema, 'contexts by name', "{ auth: { relation: 'conformist', by: ['events'] } }"),
      { default: {} },
    ),
  },
  'a context { title, entities, events, upstream, ... }',
);
