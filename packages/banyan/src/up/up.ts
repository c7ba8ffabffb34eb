import { join } from 'node:path';
import { formatProblem } from '@banyan/plan/problem';
import { ensureToken } from '../api/token.ts';
import type { LoadedPlan } from '../load-plan.ts';
import { checkStages } from './check-stages.ts';
import { claimFolder } from './claim.ts';
import { claimDatabases } from './claim-databases.ts';
import { checkNobodyElse } from './holder.ts';
import { checkPorts } from './ports.ts';
import { whenStarterIsGone } from './starter.ts';
import { startSupervisor } from './supervisor.ts';

type Say = (event: string, fields: Record<string, unknown>, text: string) => void;

/** `banyan up`: runs applier, controller and gateway until SIGINT, SIGTERM or SIGHUP, or until what started it is gone. */
export async function runUp(options: { loaded: LoadedPlan; json: boolean }): Promise<void> {
  const { plan, directory, warnings } = options.loaded;
  const logs = join(directory, '.banyan', 'logs');
  const say: Say = (event, fields, text) =>
    console.log(options.json ? JSON.stringify({ event, ...fields }) : text);
  const asked = askedToStop();
  goOnUnheard();

  for (const warning of warnings) say('warning', warning, `warning: ${formatProblem(warning)}`);
  const claim = await claimFolder(directory, (text) => say('cleaning', { text }, text));
  try {
    await checkNobodyElse(plan.control.database);
    await checkPorts(plan);
    await claimDatabases(plan);
    await checkStages(plan);
    const supervisor = await startSupervisor({
      plan,
      token: process.env.BANYAN_TOKEN || plan.control.token || ensureToken(directory),
      logDirectory: logs,
      signal: asked,
      onChildren: (pids) => claim.note(pids),
      onSlow: (name, said) =>
        say('slow', { name, said }, `waiting for the ${name}${said ? `, which said last: ${said}` : ''}`),
      onRestart: (name, why) =>
        say('restarted', { name, why }, `the ${name} died (${why}), starting it again`),
    });
    const gateway = `http://${plan.gateway.host}:${plan.gateway.port}`;
    const control = `http://${plan.control.host}:${plan.control.port}`;
    say(
      'up',
      { gateway, control, logs },
      `Banyan is up: gateway ${gateway}, control plane ${control}, logs in ${logs}\nSend your traffic to the gateway; \`banyan status\` shows where each service stands. Ctrl-C stops.`,
    );
    if (!asked.aborted)
      await new Promise((resolve) => asked.addEventListener('abort', resolve, { once: true }));
    say('stopping', {}, 'stopping …');
    await supervisor.stop();
  } catch (error) {
    if (!asked.aborted) throw error;
  } finally {
    claim.release();
  }
}

/** Whoever read along may go (`banyan up | head`, a terminal that closes): the users behind the gateway stay. */
function goOnUnheard(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error');
    stream.on('error', () => {});
  }
}

/** Aborts when somebody wants it to end; whoever asks a second time wants it at once. */
function askedToStop(): AbortSignal {
  const asked = new AbortController();
  const stop = () => {
    // The children end when our channel to them closes.
    if (asked.signal.aborted) process.exit(1);
    asked.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  whenStarterIsGone(() => asked.abort());
  return asked.signal;
}
