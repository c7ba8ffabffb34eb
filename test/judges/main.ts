/**
 * `npm run judges`: our buses, stores, traces, clients and services before programs of others. Which of them are there is looked at first; each that is
 * not is told, with the way to have it. Exit status: 0 all judged well, 1 one found something, 2 one was not there.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { kafkaMissing } from '../../scripts/kafka/kafka.ts';
import {
  ferretdb,
  jaeger,
  mailpit,
  moto,
  oidcProvider,
  programMissing,
  radicale,
  schemathesis,
  serverMissing,
  valkey,
  versitygw,
} from './programs.ts';

type Judge = { name: string; judges: string; missing(install: boolean): Promise<string | undefined> };

const JUDGES: readonly Judge[] = [
  {
    name: 'eventbridge',
    judges: 'the bus on EventBridge and SQS, by its contract, on moto',
    missing: (install) => programMissing(moto, install),
  },
  {
    name: 'kafka',
    judges: 'the bus on Kafka, with restarts in the middle and a long outage',
    missing: () => kafkaMissing(),
  },
  {
    name: 'redis',
    judges: 'the store of values in Redis, by its contract, and while the server is away, on Valkey',
    missing: (install) => programMissing(valkey, install),
  },
  {
    name: 'oidc',
    judges: 'accounts elsewhere, connected, refreshed and let go, on oidc-provider',
    missing: (install) => programMissing(oidcProvider, install),
  },
  {
    name: 'mailpit',
    judges: 'e-mails of Career Copilot, as a real SMTP server takes and reads them, on Mailpit',
    missing: (install) => programMissing(mailpit, install),
  },
  {
    name: 'radicale',
    judges: 'calendars at a server of CalDAV, read and written by their contract, on Radicale',
    missing: (install) => programMissing(radicale, install),
  },
  {
    name: 's3',
    judges: 'the store of files in S3, by their contract, on Versity S3 Gateway',
    missing: (install) => programMissing(versitygw, install),
  },
  {
    name: 'mongo',
    judges:
      'the documents of analytics in MongoDB, by their contract, on FerretDB or on the server at MONGO_JUDGE_URL',
    missing: async (install) =>
      process.env.MONGO_JUDGE_URL === undefined ? await programMissing(ferretdb, install) : undefined,
  },
  {
    name: 'schemathesis',
    judges: 'each service of Career Copilot, asked whatever its OpenAPI allows and does not, by schemathesis',
    missing: (install) => programMissing(schemathesis, install),
  },
  {
    name: 'jaeger',
    judges: 'a trace over the gateway, two services and the bus, as Jaeger shows it',
    missing: (install) => programMissing(jaeger, install),
  },
  {
    name: 'opensearch',
    judges: 'the search for jobs, by its contract, and its index after deaths, on OpenSearch',
    missing: () => serverMissing('OPENSEARCH_URL', 'an OpenSearch 2 of your own'),
  },
];

const { only, install } = new Command('npm run judges --')
  .description('Buses, stores and traces before programs of others.')
  .addOption(new Option('--only <judge>', 'one of them').choices(JUDGES.map(({ name }) => name)))
  .option('--install', 'what is not there, under .banyan/judges', false)
  .addHelpText('after', '\nExit status: 0 all judged well, 1 one found something, 2 one was not there.')
  .parse()
  .opts<{ only?: string; install: boolean }>();

const verdicts = [];
for (const judge of JUDGES) {
  if (only === undefined || only === judge.name) verdicts.push(await verdictOf(judge));
}
for (const { line } of verdicts) console.log(line);
const statuses = verdicts.map(({ status }) => status);
process.exit(statuses.includes(1) ? 1 : Math.max(...statuses));

async function verdictOf({ name, judges, missing }: Judge): Promise<{ status: 0 | 1 | 2; line: string }> {
  const why = await missing(install);
  if (why) return { status: 2, line: `NOT RUN  ${name}: ${judges}: ${why}` };
  const good = (await runTests(join(import.meta.dirname, `${name}.judge.ts`))) === 0;
  return good
    ? { status: 0, line: `ok       ${name}: ${judges}` }
    : { status: 1, line: `FAIL     ${name}: ${judges}` };
}

function runTests(file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--test', '--test-reporter=spec', file], {
      stdio: 'inherit',
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
