import { closestMatch } from '@banyan/replication/closest-match';
import { ControlError } from '../control.ts';

/** For a name that is no service of the plan: which are, and which was probably meant. */
export function noSuchService(name: string, known: readonly string[]): ControlError {
  const meant = closestMatch(name, known);
  return new ControlError(
    'no_such_service',
    404,
    `there is no service '${name}' in the plan`,
    `${meant ? `did you mean '${meant}'? ` : ''}known services: ${known.join(', ')}`,
  );
}
