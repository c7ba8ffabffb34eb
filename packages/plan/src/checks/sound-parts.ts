import type { Issuer } from '@banyan/gateway';
import { type PlanProblem, pathTo } from '../problem.ts';
import type { Plan, PlanContext, PlanRoute, RolloutPolicy, TableMapping } from '../types.ts';

/** Parts of a plan whose shape is right, each with its path; checks of meaning look at these only. */
export type SoundPlan = {
  monolith: Partial<Plan['monolith']>;
  control: Partial<Plan['control']>;
  gateway: Partial<Plan['gateway']>;
  /** null: malformed, so nothing can be said about them. */
  issuers: { path: string; issuer: Issuer }[] | null;
  services: SoundService[];
  /** None if one is malformed: they name each other. */
  contexts: { path: string; name: string; context: PlanContext }[];
  unmoved: { path: string; route: NonNullable<Plan['unmoved']>[number] }[];
  rollouts: { path: string; rollout: Partial<RolloutPolicy> }[];
};

export type SoundService = {
  path: string;
  name: string;
  /** null: malformed. undefined: not given. */
  database: string | null | undefined;
  /** undefined: not given, or malformed. */
  accepts: string[] | undefined;
  /** undefined: not given, or malformed. */
  together: string[] | undefined;
  /** undefined: not given, or malformed. */
  salt: string | undefined;
  /** Its origins. */
  urls: string[];
  routes: { path: string; route: PlanRoute }[];
  tables: { path: string; table: TableMapping }[];
  /** False when a route or table had to be left out: what is absent may only be malformed. */
  complete: boolean;
};

export function soundParts(plan: unknown, problems: readonly PlanProblem[]): SoundPlan {
  const isSound = (path: string) =>
    !problems.some(
      (problem) =>
        problem.path === path || problem.path.startsWith(`${path}.`) || problem.path.startsWith(`${path}[`),
    );
  const root = asRecord(plan);
  const soundList = <T>(base: string, list: unknown): { path: string; item: T }[] =>
    (Array.isArray(list) ? (list as T[]) : [])
      .map((item, index) => ({ path: pathTo(base, index), item }))
      .filter(({ path }) => isSound(path));
  const soundFields = (base: string): Record<string, unknown> =>
    Object.fromEntries(Object.entries(asRecord(root[base])).filter(([key]) => isSound(pathTo(base, key))));

  const services = Object.entries(asRecord(root.services)).map(([name, value]): SoundService => {
    const path = pathTo('services', name);
    const service = asRecord(value);
    return {
      path,
      name,
      database: isSound(`${path}.database`) ? (service.database as string | undefined) : null,
      accepts: isSound(`${path}.accepts`) ? (service.accepts as string[] | undefined) : undefined,
      together: isSound(`${path}.together`) ? (service.together as string[] | undefined) : undefined,
      salt: isSound(`${path}.salt`) ? (service.salt as string | undefined) : undefined,
      urls: isSound(`${path}.url`) ? [service.url as string | string[]].flat() : [],
      routes: soundList<PlanRoute>(`${path}.routes`, service.routes).map(({ path, item }) => ({
        path,
        route: item,
      })),
      tables: soundList<TableMapping>(`${path}.tables`, service.tables).map(({ path, item }) => ({
        path,
        table: item,
      })),
      complete: isSound(`${path}.routes`) && isSound(`${path}.tables`),
    };
  });
  const rollouts = ['rollout', ...services.map(({ path }) => `${path}.rollout`)].flatMap((path, index) => {
    const rollout =
      index === 0 ? root.rollout : asRecord(asRecord(root.services)[services[index - 1]!.name]).rollout;
    return rollout && isSound(path) ? [{ path, rollout: rollout as Partial<RolloutPolicy> }] : [];
  });
  const issuers = asRecord(root.gateway).issuers ?? [];
  return {
    monolith: soundFields('monolith') as Partial<Plan['monolith']>,
    control: soundFields('control') as Partial<Plan['control']>,
    gateway: soundFields('gateway') as Partial<Plan['gateway']>,
    issuers: isSound('gateway')
      ? soundList<Issuer>('gateway.issuers', issuers).map(({ path, item }) => ({ path, issuer: item }))
      : null,
    services,
    contexts: Object.entries(isSound('contexts') ? asRecord(root.contexts) : {}).map(([name, context]) => ({
      path: pathTo('contexts', name),
      name,
      context: context as PlanContext,
    })),
    unmoved: soundList<NonNullable<Plan['unmoved']>[number]>('unmoved', root.unmoved).map(
      ({ path, item }) => ({
        path,
        route: item,
      }),
    ),
    rollouts,
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return value && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
