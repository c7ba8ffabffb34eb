import { Type } from 'typebox';
import { ContextSchema } from './context.ts';
import {
  database,
  described,
  either,
  fields,
  flag,
  healthPath,
  host,
  list,
  milliseconds,
  named,
  oneOf,
  optional,
  origins,
  orNull,
  port,
  record,
  required,
  strings,
  text,
  whole,
} from './fields.ts';
import { IssuerSchema, SigningSchema, TOKEN } from './issuer.ts';
import { PhaseSchema } from './phase.ts';
import { RolloutSchema } from './rollout.ts';
import { TableSchema } from './table.ts';

/**
 * The plan's schema: the one place where a field of it is written. Its types (types.ts), the checks of its form
 * (checks/form.ts), the reference docs/plan.md and plan.schema.json come from here; `npm run generate` writes those two.
 */

const RateLimit = orNull(
  fields({
    perMinute: required('Requests per minute.', Type.Integer({ minimum: 1 })),
    perHour: required('Requests per hour.', Type.Integer({ minimum: 1 })),
  }),
  '{ perMinute, perHour } in whole numbers from 1, or null for no limit',
  '{ perMinute: 1000, perHour: 10000 }',
);

const bodyBytes = () => whole(1, 1_073_741_824, 'bytes from 1 to 1073741824', '1048576');

const BODY_SCHEMA =
  'JSON Schema of the request body; the gateway refuses what does not match with 400. What has a default may be left out.';
const bodySchema = () =>
  described(
    (options) => Type.Union([Type.Object({}), Type.Boolean()], options),
    'a JSON schema',
    "{ type: 'object' }",
  );

const Override = orNull(
  fields({
    header: required('Name of the header.', Type.String({ pattern: TOKEN })),
    roles: required('Roles in the token that may use it.', Type.Array(Type.String({ minLength: 1 }))),
  }),
  '{ header, roles }, or null to let nobody pick a side',
  "{ header: 'x-banyan-side', roles: ['admin'] }",
);

export const RouteSchema = record(
  {
    route: required(
      'Method and path, with `:name` for a part that varies.',
      text("'METHOD /path/:param'", "'GET /api/v1/users/:id'"),
    ),
    key: required(
      'Whose request it is: `token.<claim>`, `params.<name>`, `header.<name>`, `cookie.<name>`, `none`, or a row of a mapped table that the path names: `{ lookup, column, by }`. All requests of a key go to one side.',
      either(
        [
          Type.String({ pattern: '\\S' }),
          fields({
            lookup: required(
              "The monolith's table that says whose the row is (`articles` or `public.articles`); the service maps it.",
              Type.String({ minLength: 1 }),
            ),
            column: required(
              'Its column by which its rows are owned: with the owner, or with the row that they belong to (`owner` by parent).',
              Type.String({ minLength: 1 }),
            ),
            by: required(
              'The part of the path that names the row, `params.<name>`.',
              Type.String({ pattern: '^params\\.[A-Za-z0-9_]+$' }),
            ),
            matches: optional(
              'The column that `by` is compared with; it has an index on both sides.',
              Type.String({ minLength: 1 }),
              { otherwise: 'the name in `by`' },
            ),
          }),
        ],
        "'token.<claim>', 'params.<name>', 'header.<name>', 'cookie.<name>', 'none' or { lookup, column, by }",
        "'token.sub'",
      ),
    ),
    auth: optional('Whether a valid token is needed.', oneOf('required', 'optional', 'none'), {
      default: 'required',
    }),
    writes: optional(
      "The monolith's tables that the route writes, on whatever side (`users` or `public.users`); checked against the tables' owners, and only services that map them are waited for.",
      strings("a list of the monolith's tables", "['public.users']"),
    ),
    onMonolith: optional(
      'Whether the monolith has this route. What it does not have is answered with 404 for keys that are on its side, and, if it writes without a key, for everybody below 100 %.',
      flag(),
      { default: true },
    ),
    rescueUnsafe: optional(
      'Whether an unsafe request that provably did not run may be answered by the other side.',
      flag(),
      { default: false },
    ),
    settle: optional(
      'Whether the answer to a write is held until the other side has applied it. Say true for a keyed write whose effect a request without a key depends on, such as a change of password and the next login.',
      flag(),
      { otherwise: 'true for writes without a key' },
    ),
    shadow: optional('Whether answers are compared in shadowing.', flag(), {
      otherwise: 'true for GET and HEAD that the monolith has',
    }),
    ignore: optional(
      'What comparing answers leaves out.',
      record(
        {
          fields: optional(
            'JSON pointers of fields whose values may differ; `*` stands for each item of a list.',
            strings('a list of JSON pointers', "['/items/*/updated_at']"),
          ),
          arrayOrder: optional(
            'JSON pointers of lists whose order does not count.',
            strings('a list of JSON pointers', "['/items']"),
          ),
          headers: optional(
            'Names of headers that may differ.',
            strings('a list of header names', "['etag']"),
          ),
        },
        '{ fields, arrayOrder, headers }',
      ),
    ),
    bodySchema: optional(BODY_SCHEMA, bodySchema()),
    bodyBytes: optional(
      'Largest request body, bytes, on whatever side it is answered. More than 64 KiB go through as they come, unless `bodySchema` is given or it is a form: those are read whole before.',
      bodyBytes(),
      { otherwise: 'that of the gateway' },
    ),
  },
  'a route { route, key, ... }',
);

export const ServiceSchema = record(
  {
    url: required('Origin of the service, or a list of them, one for each instance.', origins()),
    database: optional(
      'Connection URL of its database, with a role that may replicate. Required if it takes over tables.',
      database(),
    ),
    health: optional(
      'Path answered with 2xx when an instance is ready; null turns active checks off.',
      healthPath(),
      {
        default: '/health/ready',
      },
    ),
    timeoutMs: optional(
      "Milliseconds until the gateway gives up waiting for an answer's headers.",
      milliseconds(),
      {
        default: 10_000,
      },
    ),
    salt: optional(
      'What a key is hashed with; services with the same salt move the same users first.',
      text('a text', "'auth'"),
      {
        otherwise: "the service's name; of services that leave together, all their names",
      },
    ),
    together: optional(
      'Names of services that leave in one step with it, because transactions of the monolith write rows of several of them: they are at the same stage and share at every moment, and what is wished for one is wished for all. It is enough that one of them says so.',
      strings('a list of names of services', "['payment']"),
      { otherwise: 'it leaves alone, unless another one names it' },
    ),
    accepts: optional(
      'Names of issuers (of `gateway.issuers`) whose tokens it verifies itself; a valid token of any other is replaced on its way by a short-lived one that the gateway signs (`gateway.signing`), with the same claims.',
      strings('a list of names of issuers', "['auth']"),
      { otherwise: 'all tokens go to it as they came' },
    ),
    routes: required(
      'The routes that it takes over.',
      list(RouteSchema, 'a list of routes', "[{ route: 'GET /api/v1/users/me', key: 'token.sub' }]"),
    ),
    tables: optional(
      'The tables that it takes over, each made with table(). Tables that only the service has are not named.',
      list(TableSchema, 'a list of tables', '[table(...)]'),
      { default: [] },
    ),
    facts: optional(
      "URL of the module that exports the service's `contracts` and `fromRows`: what replication changes in its tables is published as its own events.",
      text('the URL of a file', "import.meta.resolve('./facts.ts')", '^file://'),
      { otherwise: 'replication publishes nothing' },
    ),
    beginStreams: optional(
      'Whether the streams that its `facts` keep (`streamOf`) begin with all rows of the copy before it leaves `copying`. Without, each begins with the first change of its row.',
      flag(),
      { default: true },
    ),
    module: optional(
      'URL of the module that exports the service, made by defineService(): `banyan contexts` reads from it what the service hears, sends and calls.',
      text('the URL of a file', "import.meta.resolve('./main.ts')", '^file://'),
      { otherwise: 'not known' },
    ),
    rollout: optional('What differs from the rollout policy of the plan.', RolloutSchema),
  },
  'a service { url, database, routes, tables }',
);

const UnmovedSchema = record(
  {
    route: required(
      'Method and path, with `:name` for a part that varies.',
      text("'METHOD /path/:param'", "'POST /api/articles'"),
    ),
    writes: optional(
      "The monolith's tables that it writes (`articles` or `public.articles`), as far as a service maps them: the answer to such a write is held until these services have it, so that a request that follows at once finds it.",
      list(text('a table', "'articles'"), "a list of the monolith's tables", "['public.articles']", 1),
      { otherwise: 'none' },
    ),
    bodySchema: optional(BODY_SCHEMA, bodySchema()),
  },
  'a route { route, writes, bodySchema }',
);

export const PlanSchema = record(
  {
    name: required(
      'Name of the system: letters, digits and dashes.',
      text(
        'letters, digits and dashes, starting with a letter',
        "'career-copilot'",
        '^[A-Za-z][A-Za-z0-9-]*$',
      ),
    ),
    monolith: required(
      'The running monolith.',
      record(
        {
          url: required('Its origin, or a list of them, e.g. `http://127.0.0.1:8000`.', origins()),
          database: required('Connection URL of its database, with a role that may replicate.', database()),
          health: optional(
            'Path answered with 2xx when it is healthy; null turns active checks off.',
            healthPath(),
            {
              default: '/health',
            },
          ),
          timeoutMs: optional(
            "Milliseconds until the gateway gives up waiting for an answer's headers.",
            milliseconds(),
            { default: 30_000 },
          ),
          signAs: optional(
            'Issuer (of `gateway.issuers`) whose HS256 secret signs what foreign tokens are exchanged for.',
            text("an issuer's name", "'monolith'"),
          ),
          writeLocks: optional(
            "Triggers on the monolith's tables that refuse UPDATE, DELETE and TRUNCATE of rows that it no longer owns.",
            flag(),
            { default: true },
          ),
          cascades: optional(
            "What becomes of writes that the monolith's own foreign keys and triggers make to what a service owns: carried to the service, or refused with the statement that caused them.",
            oneOf('carry', 'refuse'),
            { default: 'carry' },
          ),
          jobs: optional(
            "Names of connections (`application_name` in PostgreSQL) over which the monolith's own jobs write, and nothing that a user asks for: what the write locks refuse to them is counted apart, and is no reason to go back.",
            list(
              text('1 to 63 plain characters', "'shop-jobs'", '^[ -~]{1,63}$'),
              'a list of names of connections',
              "['shop-jobs']",
            ),
            { default: [] },
          ),
          role: optional(
            'Role of its database that the monolith writes as; `banyan check` tries the write locks as this role.',
            text("a role's name", "'shop'"),
            { otherwise: 'the owner of each mapped table' },
          ),
        },
        'the monolith { url, database }',
      ),
    ),
    control: required(
      "Banyan's own control plane.",
      record(
        {
          database: required(
            'Connection URL of the database that remembers stages, fences and evidence.',
            database(),
          ),
          host: optional('Address that its API listens on.', host(), { default: '127.0.0.1' }),
          port: optional('Port of its API.', port(), { default: 7070 }),
          token: optional(
            'Bearer token of its API.',
            text('a text of at least 24 characters without blanks', "env('BANYAN_TOKEN')", '^\\S{24,}$'),
            { otherwise: 'a random one, kept in `.banyan/token` (mode 600)' },
          ),
        },
        'the control plane { database }',
      ),
    ),
    gateway: required(
      'What your users talk to; `{}` takes every default.',
      record(
        {
          host: optional('Address that it listens on.', host(), { default: '127.0.0.1' }),
          port: optional('Port that it listens on.', port(), { default: 8080 }),
          workers: optional(
            'Processes that share its port.',
            whole(1, 64, 'a whole number from 1 to 64', '2'),
            {
              default: 2,
            },
          ),
          adminPort: optional(
            'Loopback port of `/metrics` (Prometheus, all workers summed) and `/healthz`.',
            whole(1, 65_535, 'a port from 1 to 65535', '7071'),
            { default: 7071 },
          ),
          issuers: optional(
            'Who signs the tokens of your users.',
            list(IssuerSchema, 'a list of issuers', '[{ ... }]'),
            {
              default: [],
            },
          ),
          signing: optional(
            'With what the gateway signs tokens for services that say which issuers they accept. Its public keys are under `/.well-known/banyan/jwks.json`.',
            SigningSchema,
          ),
          trustedHops: optional(
            'Proxies and balancers of yours in front of it, each of which adds an address to X-Forwarded-For (or Forwarded); 0 when clients connect to it directly.',
            whole(0, 16, 'a whole number from 0 to 16', '1'),
            { otherwise: 'not known: no address is believed, and nobody is limited by address' },
          ),
          rateLimit: optional(
            'Requests allowed per consumer: whom a token names, else the client by its address if `trustedHops` is given; null for no limit.',
            RateLimit,
            { default: { perMinute: 1_000, perHour: 60_000 } },
          ),
          bodyBytes: optional('Largest request body, bytes, where the route says no other.', bodyBytes(), {
            default: 1_048_576,
          }),
          healthChecks: optional(
            'How often instances of the monolith and of services are asked at the path of their `health`, and how many answers in a row count. Whoever fails gets no requests until it is well again; a request that fails is told apart at once, without waiting for a check.',
            record(
              {
                intervalMs: optional(
                  'Milliseconds between two checks of an instance; one that is not answered within them has failed.',
                  milliseconds(),
                  { default: 1_000 },
                ),
                unhealthyAfter: optional(
                  'Failed checks in a row after which an instance is taken out.',
                  whole(1, 100, 'a whole number from 1 to 100', '3'),
                  { default: 3 },
                ),
                healthyAfter: optional(
                  'Checks in a row that went well after which it is taken in again.',
                  whole(1, 100, 'a whole number from 1 to 100', '3'),
                  { default: 2 },
                ),
              },
              '{ intervalMs, unhealthyAfter, healthyAfter }',
            ),
          ),
          clients: optional(
            'What one client, known by its address, may take of each worker.',
            record(
              {
                connections: optional(
                  'Open connections of one client, counted where clients connect directly (`trustedHops` 0); more are closed, with 503 for who reads it.',
                  whole(1, 10_000, 'a whole number from 1 to 10000', '1024'),
                  { default: 1_024 },
                ),
                places: optional(
                  'Requests of one client at one instance of an upstream at once, of 512 places; more wait.',
                  whole(1, 512, 'a whole number from 1 to 512', '256'),
                  { default: 256 },
                ),
                waitMs: optional(
                  'Milliseconds that a request may wait for a place; then 503.',
                  milliseconds(),
                  { default: 10_000 },
                ),
                uploadIdleMs: optional(
                  'Milliseconds in which nothing comes of a body that is waited for; then 408.',
                  milliseconds(),
                  { default: 10_000 },
                ),
                downloadIdleMs: optional(
                  'Milliseconds in which nothing is taken of an answer; then the connection is closed.',
                  milliseconds(),
                  { default: 30_000 },
                ),
              },
              '{ connections, places, waitMs, uploadIdleMs, downloadIdleMs }',
            ),
          ),
          override: optional('Header with which a tester picks a side; null lets nobody.', Override, {
            default: { header: 'x-banyan-side', roles: ['admin', 'tester'] },
          }),
        },
        'the gateway; {} takes every default',
      ),
    ),
    services: required(
      'The services that leave the monolith, by name.',
      named(ServiceSchema, 'services by name', '{ auth: { ... } }'),
    ),
    contexts: optional(
      'The context map: the bounded contexts by name, and who takes what from whom. `banyan contexts` draws it, and says where plan or code contradict it; nothing that runs acts by it.',
      named(ContextSchema, 'contexts by name', "{ users: { title: 'User Management' } }"),
      { default: {} },
    ),
    phases: optional(
      'The roadmap, phase by phase: what is to be where, when and why. `banyan phases` shows what of it is there and what comes next; nothing that runs acts by it.',
      list(
        PhaseSchema,
        'a list of phases',
        "[{ title: 'Users leave', from: 1, to: 3, parts: [{ name: 'Users' }] }]",
      ),
      { default: [] },
    ),
    unmoved: optional(
      'Writing routes that stay on the monolith of which the gateway has to know something: that they write tables which a service reads, or what their bodies look like.',
      list(UnmovedSchema, 'a list of routes', "[{ route: 'POST /api/articles', writes: ['articles'] }]"),
      { default: [] },
    ),
    rollout: optional('On what evidence users move, and how fast.', RolloutSchema),
  },
  'a plan { name, monolith, control, gateway, services }',
);
