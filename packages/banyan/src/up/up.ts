import { join } from 'node:path';
import { ensureToken } from '../api/token.ts';
import { loadPlan } from '../plan/load.ts';
import { formatProblem } from '../plan/problem.ts';
import { startSupervisor } from './supervisor.ts';

/** `banyan up`: runs applier, controller and gateway until SIGINT or SIGTERM. */
export async function runUp(options: { config: string; json: boolean }): Promise<void> {
  const { plan, path, directory, warnings } = await loadPlan(options.config);
  const logs = join(directory, '.banyan', 'logs');
  const say = (event: string, fields: Record<string, unknown>, text: string) =>
    console.log(options.json ? JSON.stringify({ event, ...fields }) : text);

  for (const warning of warnings) say('warning', warning, `warning: ${formatProblem(warning)}`);
  const supervisor = await startSupervisor({
    config: path,
    token: process.env.BANYAN_TOKEN || plan.control.token || ensureToken(directory),
    logDirectory: logs,
    onRestart: (name, code, signal) =>
      say('restarted', { name, code, signal }, `${name} died (${signal ?? code}), starting it again`),
  });
  const gateway = `http://${plan.gateway.host}:${plan.gateway.port}`;
  const control = `http://${plan.control.host}:${plan.control.port}`;
  say(
    'up',
    { gateway, control, logs },
    `Banyan is up: gateway ${gateway}, control plane ${control}, logs in ${logs}\nSend your traffic to the gateway; \`banyan status\` shows where each service stands. Ctrl-C stops.`,
  );
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  say('stopping', {}, 'stopping …');
  await supervisor.stop();
}
