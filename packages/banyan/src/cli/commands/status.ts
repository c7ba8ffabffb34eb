import { setTimeout as pause } from 'node:timers/promises';
import { differingParts, type Fingerprints } from '@banyan/plan/fingerprint';
import { describeStage, formatShare } from '@banyan/plan/stages';
import type { Command } from 'commander';
import {
  type Control,
  ControlError,
  type DatabasesReport,
  type DatabasesSummary,
  type Evidence,
  type LinkStatus,
  type ServiceStatus,
  type UnwellInstance,
} from '../../control/control.ts';
import { noSuchService } from '../../control/operations/no-such-service.ts';
import { asJson, EXIT, formatTold, Interrupted, tell } from '../exit.ts';
import {
  ago,
  bytes,
  count,
  duration,
  milliseconds,
  paint,
  plural,
  print,
  printJson,
  table,
  widthOf,
} from '../output.ts';
import { formatDatabases } from '../placed.ts';
import { act, command, connect, interruptible, ownFingerprints } from '../session.ts';

type Status = Omit<Awaited<ReturnType<Control['status']>>, 'databases' | 'plan'> & {
  /** Parts of the plan on disk that are not those which `banyan up` runs by. */
  planDiffers: string[];
  /** A summary, or all of it where it was asked for. */
  databases: DatabasesSummary | DatabasesReport | null;
};
type StatusOptions = { watch?: boolean; databases?: boolean };

/** How often --watch asks, ms. */
const WATCH_MS = 1_000;

export function statusCommand(): Command {
  return command('status', 'Show where every service stands', [
    'banyan status',
    'banyan status auth',
    'banyan status --databases',
    'banyan status --watch',
    "banyan status --json | jq '.services[] | {service, stage, share}'",
  ])
    .argument('[service]', 'this one only, with what it has put into the databases')
    .option('-w, --watch', 'show it again every second, until Ctrl-C; with --json one document a line')
    .option('--databases', 'look what Banyan has put into the databases, and what nothing needs any more')
    .action(
      act<StatusOptions>(async (options, service) => {
        const control = await connect(options);
        const onDisk = await ownFingerprints(options);
        const look = () =>
          lookAt(control, {
            service: service ?? null,
            databases: options.databases ?? service !== undefined,
            onDisk,
          });
        if (options.watch) return await watch(look, options.json ?? false);
        show(await look(), options.json ?? false);
        return EXIT.ok;
      }),
    );
}

type Wanted = { service: string | null; databases: boolean; onDisk: Fingerprints };

async function lookAt(control: Control, { service, databases, onDisk }: Wanted): Promise<Status> {
  const { plan, ...status } = await control.status();
  const services = status.services.filter((one) => service === null || one.service === service);
  if (service !== null && services.length === 0)
    throw noSuchService(
      service,
      status.services.map((one) => one.service),
    );
  return {
    ...status,
    planDiffers: Object.keys(plan).length === 0 ? [] : differingParts(plan, onDisk),
    databases: databases ? await control.databases(service) : status.databases,
    services,
  };
}

async function watch(look: () => Promise<Status>, json: boolean): Promise<number> {
  const clear = process.stdout.isTTY && !json ? '\u001b[H\u001b[J' : '';
  try {
    await interruptible('', async (signal) => {
      for (;;) {
        const text = await look().then(
          (status) => (json ? JSON.stringify(status) : formatStatus(status, new Date()).join('\n')),
          (error: unknown) => {
            // The control plane may die and come again while one watches.
            if (!(error instanceof ControlError) || (error.status !== 0 && error.status < 500)) throw error;
            const told = tell(error);
            return json ? JSON.stringify({ error: { exit: told.exit, ...asJson(told) } }) : formatTold(told);
          },
        );
        process.stdout.write(`${clear}${text}\n`);
        await pause(WATCH_MS, undefined, { signal });
      }
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  return EXIT.interrupted;
}

function show(status: Status, json: boolean): void {
  if (json) printJson(status);
  else for (const line of formatStatus(status, new Date())) print(line);
}

/** The whole status as lines no longer than `width`. */
function formatStatus(status: Status, now: Date, width = widthOf(process.stdout)): string[] {
  const { system, routeTableVersion, gatewayWorkers, services, databases } = status;
  const workers = plural(gatewayWorkers, 'gateway worker');
  const head = `${paint('bold', system)}  route table ${routeTableVersion}, ${gatewayWorkers === 0 ? paint('red', workers) : workers}`;
  const differs =
    status.planDiffers.length === 0
      ? []
      : table(
          [
            [
              paint('dim', 'plan'),
              `${paint('yellow', 'the file has changed')} since banyan up was started: ${status.planDiffers.join(', ')}; it runs by the old one until it is started again`,
            ],
          ],
          width - 2,
        ).map((line) => `  ${line}`);
  const unwell = status.unwell.map((one) => `  ${paint('dim', 'monolith')}  ${describeUnwell(one)}`);
  return [
    head,
    ...differs,
    ...unwell,
    ...(databases === null ? [] : formatDatabases(databases, width, now)),
    ...services.flatMap((service) => ['', ...formatService(service, now, width)]),
  ];
}

function formatService(status: ServiceStatus, now: Date, width: number): string[] {
  const { service, stage, share, target } = status;
  const at = describeStage(stage, share);
  const going = describeStage(target.stage, target.share);
  const since = duration((now.getTime() - Date.parse(status.since)) / 1_000);
  const way = going === at ? '' : ` → ${going}`;
  const title = `${paint('bold', service)}  ${paint('cyan', at)}${way}  ${paint('dim', `for ${since}`)}`;
  return [title, ...table(factsOf(status, now), width - 2).map((line) => `  ${line}`)];
}

function factsOf(status: ServiceStatus, now: Date): string[][] {
  const { evidence, paused, message, reason, stage, share, rollbackImpact } = status;
  const rows: string[][] = [];
  const fact = (name: string, text: string) => rows.push([paint('dim', name), text]);
  if (paused !== null) fact('paused', paint('yellow', paused));
  if (reason !== '' && reason !== paused) fact('why', reason);
  if (message !== '' && message !== paused && message !== reason) fact('last', message);
  if (status.together.length > 0) fact('together', `in one step with ${status.together.join(', ')}`);
  for (const one of status.unwell) fact('instance', describeUnwell(one));
  for (const finding of status.findings) fact('finding', paint('yellow', finding));
  for (const link of status.links)
    if (link.state !== 'off') fact(link.link.split('.').at(-1)!, describeLink(link));
  for (const { table: name, verdict, rows: compared, verifiedAt, ...found } of status.verification) {
    const wrong = describeFindings(found);
    const verdictText =
      verdict === 'CONSISTENT'
        ? paint('green', verdict)
        : paint(verdict === 'UNKNOWN' ? 'yellow' : 'red', verdict);
    fact(
      'rows',
      `${name} ${verdictText}${wrong}, ${plural(compared, 'row')} compared ${ago(verifiedAt, now)}`,
    );
  }
  if (stage === 'monolith' || stage === 'copying') return rows;
  if (stage === 'shadowing' || evidence.compared > 0) {
    fact('compared', `${plural(evidence.compared, 'answer')}, ${flagged(evidence.mismatched, 'mismatched')}`);
  }
  if (stage === 'canary') fact('keys', describeKeys(evidence.keys, share));
  if (stage !== 'shadowing') fact('service', describeSide(evidence, 'service'));
  if (evidence.refused > 0)
    fact('refused', paint('red', `${plural(evidence.refused, 'write')} of the monolith by the write lock`));
  if (evidence.excused > 0)
    fact(
      'excused',
      `${plural(evidence.excused, 'write')} of the monolith's own jobs refused by the write lock`,
    );
  if (stage !== 'retired') fact('monolith', describeSide(evidence, 'monolith'));
  fact('rollback', [rollbackImpact.verdict, ...rollbackImpact.details].join('; '));
  return rows;
}

/** What was counted of one side: requests, failures with their reasons, p95. */
function describeSide(evidence: Evidence, side: keyof Evidence['requests']): string {
  const { requests, failures, rescued, reasons, p95Ms, p95Over, recent } = evidence;
  const why = Object.entries(reasons[side]).sort(([, a], [, b]) => b - a);
  const parts = [
    flagged(failures[side], 'failed'),
    recent.failures[side] > 0
      ? `${count(recent.failures[side])} of them in the last ${duration(recent.seconds)}`
      : '',
    why.map(([name, number]) => `${count(number)} ${name}`).join(', '),
    side === 'service' ? `${count(rescued)} rescued` : '',
  ].filter((part) => part !== '');
  return `${plural(requests[side], 'request')} (${parts.join('; ')}), p95 ${describeP95(p95Ms[side], p95Over[side])}`;
}

function describeP95(p95: number | null, over: boolean): string {
  if (p95 === null) return 'of no requests';
  return over ? `over ${milliseconds(p95)}` : milliseconds(p95);
}

function describeKeys({ seen, inShare }: Evidence['keys'], share: number): string {
  const part = formatShare(share);
  if (seen === 0) return paint('yellow', `no request seen carries a key: ${part} moves nobody`);
  if (inShare === 0) return paint('yellow', `no key of ${count(seen)} seen falls into ${part}`);
  return `${count(inShare)} of ${count(seen)} seen fall into ${part}`;
}

function describeUnwell({ url, why, workers, of }: UnwellInstance): string {
  const by = of > 0 ? ` (say ${workers} of ${plural(of, 'gateway worker')})` : '';
  return `${url} ${paint('red', 'unwell')}: ${why}${by}`;
}

function describeLink(link: LinkStatus): string {
  if (link.error !== null) return `${paint('red', link.state)}: ${link.error}`;
  if (link.state === 'copying') {
    const left = link.secondsLeft === null ? '' : `, ${duration(link.secondsLeft)} left`;
    const work = `copying, ${count(link.rowsCopied)} of ${count(link.rowsTotal)} rows, ${count(link.rowsPerSecond)} rows/s${left}`;
    return link.resting ? `${work}; ${paint('yellow', link.resting)}` : work;
  }
  const state = link.state === 'streaming' ? paint('green', link.state) : paint('yellow', link.state);
  const parts = [
    `lag ${milliseconds(link.lagMs)} (p99 ${milliseconds(link.lagP99Ms)}, ${bytes(link.lagBytes)})`,
    `${plural(link.rowsApplied, 'row')} applied`,
  ];
  if (link.resting) parts.push(paint('yellow', link.resting));
  if (link.conflicts > 0) parts.push(paint('yellow', plural(link.conflicts, 'conflict')));
  if (link.refusedMessages > 0) parts.push(paint('red', plural(link.refusedMessages, 'forged message')));
  if (link.retainedBytes > 100_000_000)
    parts.push(paint('yellow', `${bytes(link.retainedBytes)} of WAL held back`));
  return `${state}, ${parts.join(', ')}`;
}

export function describeFindings(found: {
  missingInNew: number;
  missingInLegacy: number;
  inconsistent: number;
}): string {
  const parts = [
    found.missingInNew > 0 ? `${count(found.missingInNew)} missing in the service` : '',
    found.missingInLegacy > 0 ? `${count(found.missingInLegacy)} missing in the monolith` : '',
    found.inconsistent > 0 ? `${count(found.inconsistent)} differ` : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

function flagged(value: number, what: string): string {
  const text = `${count(value)} ${what}`;
  return value > 0 ? paint('red', text) : text;
}
