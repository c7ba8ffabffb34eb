import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Control, TableVerification, VerificationRun } from '../../control/control.ts';
import { EXIT } from '../exit.ts';
import { whileAway } from '../follow.ts';
import { count, paint, plural, print, printJson, table } from '../output.ts';
import { createProgress, type Progress } from '../progress.ts';
import { act, command, connect, interruptible } from '../session.ts';
import { describeFindings } from './status.ts';

/** How often a running verification is asked for, ms. */
const POLL_MS = 250;
/** Rows of a table's sample that are printed; --json has all of them. */
const SAMPLE = 5;

export function verifyCommand(): Command {
  return command('verify', 'Compare every row of a service with the monolith', [
    'banyan verify auth',
    'banyan verify auth --repair',
    'banyan verify auth --json > verdict.json',
  ])
    .argument('<service>')
    .option('--repair', "send the owner's row again wherever the two sides differ")
    .addHelpText(
      'after',
      '\nExits with 1 unless every table is CONSISTENT; comparing no rows at all counts as no.',
    )
    .action(
      act<{ repair?: boolean }>(async (options, service) => {
        const control = await connect(options);
        const { id } = await control.startVerification(service!, options.repair ?? false);
        const run = await interruptible(`verification ${id} goes on in the control plane`, (signal) =>
          followVerification(control, id, createProgress(), signal),
        );
        if (options.json) printJson(run);
        else for (const line of formatVerification(run)) print(line);
        return isConsistent(run) ? EXIT.ok : EXIT.negative;
      }),
    );
}

/** No evidence is not good evidence: a run that compared no row proves nothing. */
function isConsistent({ state, tables }: VerificationRun): boolean {
  const compared = tables.reduce((sum, { rows }) => sum + rows, 0);
  return state === 'done' && compared > 0 && tables.every(({ verdict }) => verdict === 'CONSISTENT');
}

async function followVerification(
  control: Control,
  id: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<VerificationRun> {
  const startedAt = performance.now();
  let rowsAtStart: number | null = null;
  try {
    for (;;) {
      const run = await whileAway(() => control.verification(id), progress, signal);
      if (run.state === 'done' || run.state === 'failed') return run;
      rowsAtStart ??= run.rowsDone;
      const seconds = (performance.now() - startedAt) / 1_000;
      const rate = seconds > 0 ? (run.rowsDone - rowsAtStart) / seconds : 0;
      if (run.state === 'queued') progress.wait(`${run.service} verify`, 'waits for its turn');
      else if (run.rowsTotal === 0) progress.wait(`${run.service} verify`, 'counts the rows');
      else {
        progress.step({
          label: `${run.service} verify`,
          done: run.rowsDone,
          total: run.rowsTotal,
          unit: 'rows',
          rate,
          secondsLeft: rate > 0 ? Math.max(0, run.rowsTotal - run.rowsDone) / rate : null,
        });
      }
      await pause(POLL_MS, undefined, { signal });
    }
  } finally {
    progress.end();
  }
}

function formatVerification(run: VerificationRun): string[] {
  if (run.state === 'failed')
    return [`${run.service}: the verification failed: ${run.error ?? 'no reason was given'}`];
  const lines = table(
    run.tables.map(({ table: name, verdict, rows, ...found }) => [
      name,
      paint(verdict !== 'CONSISTENT' ? 'red' : rows === 0 ? 'yellow' : 'green', verdict),
      rows === 0 ? 'no row on either side' : `${plural(rows, 'row')}${describeFindings(found)}`,
    ]),
  );
  const samples = run.tables.flatMap(formatSample);
  const repaired =
    run.repaired > 0 ? [`${plural(run.repaired, 'row')} repaired; verify again to see it proven`] : [];
  if (isConsistent(run)) return [...lines, ...repaired];
  const compared = run.tables.reduce((sum, { rows }) => sum + rows, 0);
  const advice =
    compared === 0
      ? [`no row was compared, which proves nothing: put rows in, then banyan verify ${run.service}`]
      : repaired.length > 0
        ? []
        : [`hint: banyan verify ${run.service} --repair sends the owner's rows again`];
  return [...lines, ...samples, ...repaired, ...advice];
}

function formatSample({ table: name, sample }: TableVerification): string[] {
  if (sample.length === 0) return [];
  const more = sample.length > SAMPLE ? [`  ... ${count(sample.length - SAMPLE)} more with --json`] : [];
  return [
    `${name}, for example:`,
    ...sample.slice(0, SAMPLE).map((row) => `  ${JSON.stringify(row)}`),
    ...more,
  ];
}
