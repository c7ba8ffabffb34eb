import { describeStage, rank } from '@banyan/plan/stages';
import { type ServiceState, wentBack } from '../../rollout/state.ts';
import { ControlError } from '../control.ts';
import type { ServiceFacts } from '../facts/facts.ts';

/** A wish that a service's state does not allow: each throws `ControlError` 409 with the way on, or lets it pass. */

export function refuseToPause({ service, stage, share, target }: ServiceState): void {
  if (stage === target.stage && share === target.share)
    throw new ControlError(
      'not_moving',
      409,
      `'${service}' stays at ${describeStage(stage, share)}: there is nothing to pause`,
      `banyan status ${service}`,
    );
  if (rank(target.stage) < rank(stage))
    throw new ControlError(
      'going_back',
      409,
      `'${service}' is going back, which no pause stops`,
      `banyan advance ${service} --to <target> turns it round`,
    );
}

export function refuseToResume(state: ServiceState): void {
  const { service, paused } = state;
  if (paused === null)
    throw new ControlError('not_paused', 409, `'${service}' is not paused`, `banyan status ${service}`);
  if (wentBack(state))
    throw new ControlError(
      'went_back',
      409,
      `'${service}' is not paused on its way, it went back: ${paused}`,
      `fix that, then say where to: banyan advance ${service} --to <target>`,
    );
}

export function refuseToRollBack({ service, stage }: ServiceState): void {
  if (stage === 'retired')
    throw new ControlError(
      'retired',
      409,
      `'${service}' is retired: the monolith has not seen its writes since`,
      'restore from the service by hand; retired is the one stage with no way back',
    );
}

export function refuseToVerify(
  { state: { service }, forward }: Pick<ServiceFacts, 'state' | 'forward'>,
  { repair }: { repair: boolean },
): void {
  // A repair is the way on of a link that misses changes: it waits until all links stream.
  if (forward.state === 'failed' && !repair)
    throw new ControlError(
      'not_streaming',
      409,
      `'${service}' cannot be verified while its forward link is failed: ${forward.error}`,
      `fix that; where changes were missed, banyan verify ${service} --repair takes things as they are and repairs rows`,
    );
  if (forward.state === 'off' || forward.state === 'preparing' || forward.state === 'copying')
    throw new ControlError(
      'not_streaming',
      409,
      `'${service}' cannot be verified while its forward link is ${forward.state}`,
      `banyan advance ${service} --to shadowing, then verify`,
    );
}
