import type { Roadmap, Whereabouts } from '@banyan/plan';
import type { Command } from 'commander';
import { ControlError } from '../../control/control.ts';
import { EXIT, UsageError } from '../exit.ts';
import { note, paint, print, printJson, table, widthOf, wrap } from '../output.ts';
import { act, type CommonOptions, command, connect, load } from '../session.ts';

export function phasesCommand(): Command {
  return command('phases', 'Show the roadmap: what is where, what comes next and why', [
    'banyan phases',
    "banyan phases --json | jq '.next'",
  ])
    .addHelpText(
      'after',
      '\nThe roadmap is `phases` of the plan. Where services are is asked of the control plane; without one it is shown as far as the plan says it.\nExits with 2 when the plan has no phases.',
    )
    .action(
      act(async (options) => {
        const roadmap = await readRoadmap(options);
        if (options.json) printJson(roadmap);
        else for (const line of formatRoadmap(roadmap)) print(line);
        return EXIT.ok;
      }),
    );
}

async function readRoadmap(options: CommonOptions): Promise<Roadmap> {
  const [{ plan, path }, { roadmapOf }] = await Promise.all([load(options), import('@banyan/plan')]);
  if (plan.phases.length === 0)
    throw new UsageError(
      `${path} has no phases`,
      "state the roadmap: phases: [{ title: 'Users leave', from: 1, to: 3, parts: [{ name: 'Users', service: 'users' }] }]",
    );
  return roadmapOf(plan, await whereabouts(options));
}

/** Null when there is no control plane that could say it. */
async function whereabouts(options: CommonOptions): Promise<Map<string, Whereabouts> | null> {
  try {
    const { services } = await (await connect(options)).status();
    return new Map(services.map(({ service, stage, share }) => [service, { stage, share }]));
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    note(`where services are is not known: ${error.message}`);
    return null;
  }
}

const WIDTH = 80;

function formatRoadmap({ phases, next }: Roadmap): string[] {
  const width = Math.min(WIDTH, widthOf(process.stdout));
  return [
    ...phases.flatMap(({ title, from, to, parts }) => [
      `${paint('bold', title)}, ${from === to ? `month ${from}` : `months ${from} to ${to}`}`,
      ...table(
        parts.map((part) => [part.name, placeOf(part)]),
        width - 2,
      ).map((line) => `  ${line}`),
      '',
    ]),
    ...(next === null
      ? ['All of it is there.']
      : wrap(`Next: ${next.part} (${next.phase})${next.why === null ? '' : `. ${next.why}`}`, width)),
  ];
}

function placeOf({ service, state, at }: Roadmap['phases'][number]['parts'][number]): string {
  const colour = { there: 'green', 'under way': 'yellow', 'to come': 'dim', unknown: 'dim' } as const;
  const stage =
    at === null
      ? ''
      : `, service ${service}: ${at.stage}${at.stage === 'canary' ? ` ${at.share / 100}%` : ''}`;
  const planned = state === 'unknown' ? `service ${service} of the plan` : state;
  return `${paint(colour[state], planned)}${stage}`;
}
