import { describeStage } from '@banyan/plan/stages';
import type { Control, ServiceStatus } from '../control/control.ts';
import { EXIT } from './exit.ts';
import { followService, type Outcome } from './follow.ts';
import { print, printJson } from './output.ts';
import { createProgress } from './progress.ts';
import { type CommonOptions, interruptible } from './session.ts';

/** What advance, rollback and retire have in common: the wish is set, then its fulfilment is followed, or not. */
export async function carryOut(
  control: Control,
  wish: () => Promise<ServiceStatus>,
  options: CommonOptions & { wait: boolean },
): Promise<number> {
  const asked = await wish();
  const { service, target } = asked;
  if (!options.wait) {
    if (options.json) printJson({ service, outcome: 'accepted', status: asked });
    else
      print(
        `${service}: ${describeStage(asked.stage, asked.share)} → ${describeStage(target.stage, target.share)}, accepted`,
      );
    return EXIT.ok;
  }
  const { outcome, status } = await interruptible(
    `${service} goes on to ${describeStage(target.stage, target.share)}: banyan status --watch shows it, banyan rollback ${service} turns it back`,
    (signal) => followService(control, service, target, createProgress(), signal),
  );
  if (options.json) printJson({ service, outcome, status });
  else for (const line of describeOutcome(outcome, status)) print(line);
  return outcome === 'reached' ? EXIT.ok : EXIT.negative;
}

function describeOutcome(outcome: Outcome, status: ServiceStatus): string[] {
  const { service, paused, message, reason, target, rollbackImpact } = status;
  const at = describeStage(status.stage, status.share);
  const going = describeStage(target.stage, target.share);
  // The reason is what steps and status say too; the message may be about a wait by now.
  const why = reason || message;
  switch (outcome) {
    case 'reached':
      if (status.stage === 'monolith') return [`${service} is at the monolith`, ...linksLeft(status)];
      if (status.stage === 'retired') return [`${service} is retired; there is no way back`];
      return [
        `${service} is at ${at}; rollback impact: ${[rollbackImpact.verdict, ...rollbackImpact.details].join('; ')}`,
      ];
    case 'paused':
      return [
        `${service} is paused at ${at}: ${paused}`,
        `  go on: banyan resume ${service}    go back: banyan rollback ${service}`,
      ];
    case 'turned':
      return [
        `${service} is at ${at} and goes to ${going} now${why ? `: ${why}` : ''}`,
        `  see banyan steps ${service}`,
      ];
  }
}

/** What stays behind, and goes on being tried for as long as Banyan runs with this service. */
function linksLeft({ service, draining, links }: ServiceStatus): string[] {
  if (!draining) return [];
  const left = links
    .filter(({ state }) => state !== 'off')
    .map(({ link, error }) => (error === null ? link : `${link}: ${error}`));
  return [
    `  not removed yet: ${left.join('; ')}`,
    `  leave banyan up running with ${service} in its plan: it goes on trying, and banyan status ${service} shows what is left`,
  ];
}
