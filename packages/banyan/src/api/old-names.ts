import type { PlannedStep, RollbackImpact, ServiceStatus } from '../control/control.ts';

/** Names of fields that programs read and that have a better one now. They stay beside it; new programs leave them alone. */
type Old<Name extends string, Value> = { [/** @deprecated */ Each in Name]: Value };

export function statusWithOldNames(
  status: ServiceStatus,
): ServiceStatus & Old<'priceOfGoingBack', RollbackImpact> {
  return { ...status, priceOfGoingBack: status.rollbackImpact };
}

export function stepWithOldNames(step: PlannedStep): PlannedStep & Old<'price', RollbackImpact> {
  return { ...step, price: step.rollbackImpact };
}

export function hintWithOldName<T extends { hint?: string }>(said: T): T & Partial<Old<'mend', string>> {
  return said.hint === undefined ? said : { ...said, mend: said.hint };
}
