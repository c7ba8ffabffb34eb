import type { ResolvedPlan } from '@banyan/plan';
import type { Setting } from '@banyan/service/settings';
import type { Command } from 'commander';
import { ControlError } from '../../control/control.ts';
import { noSuchService } from '../../control/operations/no-such-service.ts';
import { EXIT } from '../exit.ts';
import { ago, paint, print, printJson, table } from '../output.ts';
import { act, command, connect, group, load } from '../session.ts';

export function configCommand(): Command {
  return group(
    'config',
    'Show and change the configuration that services read when they start',
    [
      'banyan config list',
      'banyan config set users LOG_LEVEL debug',
      'banyan config unset users LOG_LEVEL',
      'export CONTROL_TOKEN=$(banyan config token users)',
    ],
    [listCommand(), getCommand(), setCommand(), unsetCommand(), tokenCommand()],
  ).addHelpText(
    'after',
    "\nA variable in a service's environment, or in the file that its CONFIG_FILE names, comes first. Secrets are refused.",
  );
}

function listCommand(): Command {
  return command('list', 'List what is set', ['banyan config list', 'banyan config list users --json'])
    .argument('[service]', 'this service only')
    .action(
      act(async (options, service) => {
        const found = await (await connect(options)).config(service ?? null);
        if (options.json) printJson(found);
        else if (found.length === 0) print(`nothing is set${service ? ` for ${service}` : ''}`);
        else for (const line of formatSettings(found, new Date())) print(line);
        return EXIT.ok;
      }),
    );
}

function getCommand(): Command {
  return command('get', 'Print one value', [
    'banyan config get users LOG_LEVEL',
    'banyan config get users LOG_LEVEL --json',
  ])
    .argument('<service>')
    .argument('<key>', 'the variable, e.g. LOG_LEVEL')
    .action(
      act(async (options, service, key) => {
        const found = (await (await connect(options)).config(service!)).find((each) => each.key === key);
        if (!found) {
          const hint = `banyan config list ${service} shows what is set`;
          throw new ControlError('no_such_setting', 404, `${key} is not set for ${service}`, hint);
        }
        if (options.json) printJson(found);
        else print(found.value);
        return EXIT.ok;
      }),
    );
}

function setCommand(): Command {
  return command('set', 'Set a variable of a service, which reads it at its next start', [
    'banyan config set users LOG_LEVEL debug',
    'banyan config set users POOL_SIZE 20 --json',
  ])
    .argument('<service>')
    .argument('<key>', 'the variable, e.g. LOG_LEVEL; never a secret')
    .argument('<value>')
    .action(
      act(async (options, service, key, value) => {
        demandService((await load(options)).plan, service!);
        const set = await (await connect(options)).setConfig(service!, key!, value!);
        if (options.json) printJson(set);
        else print(`${service}: ${key} is set, from the next start on`);
        return EXIT.ok;
      }),
    );
}

function unsetCommand(): Command {
  return command('unset', 'Unset a variable of a service', [
    'banyan config unset users LOG_LEVEL',
    'banyan config unset users LOG_LEVEL --json',
  ])
    .argument('<service>')
    .argument('<key>')
    .action(
      act(async (options, service, key) => {
        await (await connect(options)).unsetConfig(service!, key!);
        if (options.json) printJson({ service, key, unset: true });
        else print(`${service}: ${key} is unset, from the next start on`);
        return EXIT.ok;
      }),
    );
}

function tokenCommand(): Command {
  return command('token', 'Print the token with which a service reads flags and its own configuration', [
    'export CONTROL_TOKEN=$(banyan config token users)',
    'banyan config token users --json',
  ])
    .argument('<service>')
    .addHelpText(
      'after',
      '\nIt opens nothing else. The service takes it as CONTROL_TOKEN, and the address as CONTROL_URL.',
    )
    .action(
      act(async (options, service) => {
        const [{ plan, directory }, { controlOrigin }, { findToken }, { serviceToken }] = await Promise.all([
          load(options),
          import('../../api/client.ts'),
          import('../../api/token.ts'),
          import('../../api/service-token.ts'),
        ]);
        demandService(plan, service!);
        const token = findToken(plan, directory);
        if (token === null) {
          const hint = 'start it with `banyan up`, which makes its token';
          throw new ControlError('unreachable', 0, 'the control plane was never started here', hint);
        }
        const own = serviceToken(token, service!);
        if (options.json) printJson({ service, url: controlOrigin(plan), token: own });
        else print(own);
        return EXIT.ok;
      }),
    );
}

/** What nobody will ever read is not set; what a service that has left the plan had can still be read and unset. */
function demandService({ services }: ResolvedPlan, name: string): void {
  if (!Object.hasOwn(services, name)) throw noSuchService(name, Object.keys(services));
}

const HEADER = ['SERVICE', 'VARIABLE', 'CHANGED', 'VALUE'].map((name) => paint('dim', name));

function formatSettings(settings: readonly Setting[], now: Date): string[] {
  return table([
    HEADER,
    ...settings.map(({ service, key, value, updatedAt }) => [service, key, ago(updatedAt, now), value]),
  ]);
}
