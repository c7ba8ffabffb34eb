import { closestMatch } from '@banyan/replication/closest-match';
import { type PlanProblem, pathTo, problem } from '../problem.ts';
import { qualifyTable } from '../resolve/notation.ts';
import type { SoundPlan } from './sound-parts.ts';

type Contexts = SoundPlan['contexts'];

/** A context map that cannot be meant: names of nobody, what two contexts have, circles. */
export function checkContexts({ contexts, services }: SoundPlan): PlanProblem[] {
  return [
    ...checkServicesOf(
      contexts,
      services.map(({ name }) => name),
    ),
    ...checkTablesOf(contexts),
    ...checkUpstream(contexts),
    ...checkCircles(contexts),
  ];
}

/** Of a plan that has a map: a service that is missing in it is compared with nothing. */
export function warnWithoutContext({ contexts, services }: SoundPlan): PlanProblem[] {
  if (contexts.length === 0) return [];
  const drawn = new Set(contexts.map(({ name, context }) => context.service ?? name));
  return services
    .filter(({ name }) => !drawn.has(name))
    .map(({ path, name }) =>
      problem(
        path,
        name,
        'is in no context of the context map',
        `add contexts.${name}, or service: '${name}' to the context that it is`,
      ),
    );
}

function checkServicesOf(contexts: Contexts, services: readonly string[]): PlanProblem[] {
  const unknown = contexts.flatMap(({ path, context: { service } }) => {
    if (service === undefined || services.includes(service)) return [];
    const meant = closestMatch(service, services);
    const hint = meant ? `did you mean '${meant}'?` : 'leave it out while the context is in the monolith';
    return [problem(`${path}.service`, service, 'is not a service of the plan', hint)];
  });
  const twice = repeated(
    contexts.map(({ path, name, context }) => ({ path, value: context.service ?? name })),
  ).map(({ path, value, first }) =>
    problem(
      path,
      value,
      `is the service of ${first} too`,
      'make one context of the two, or give each its own service',
    ),
  );
  return [...unknown, ...twice];
}

function checkTablesOf(contexts: Contexts): PlanProblem[] {
  const tables = contexts.flatMap(({ path, context }) =>
    (context.tables ?? []).map((table, index) => ({
      path: pathTo(`${path}.tables`, index),
      value: qualifyTable(table),
    })),
  );
  return repeated(tables).map(({ path, value, first }) =>
    problem(
      path,
      value,
      `is said to be the table of ${first} too`,
      'leave it with the context whose rows they are',
    ),
  );
}

function checkUpstream(contexts: Contexts): PlanProblem[] {
  const names = contexts.map(({ name }) => name);
  return contexts.flatMap(({ path, name, context }) =>
    Object.keys(context.upstream ?? {}).flatMap((upstream) => {
      const at = pathTo(`${path}.upstream`, upstream);
      if (upstream === name) return [problem(at, upstream, 'is the context itself', 'leave it out')];
      if (names.includes(upstream)) return [];
      const meant = closestMatch(upstream, names);
      const hint = meant ? `did you mean '${meant}'?` : `add contexts.${upstream}, or leave it out`;
      return [problem(at, upstream, 'is not a context of the plan', hint)];
    }),
  );
}

/** Contexts that take from each other cannot be changed one after the other, but by people who work together. */
const TOGETHER: readonly string[] = ['partnership', 'shared-kernel'];

function checkCircles(contexts: Contexts): PlanProblem[] {
  const upstream = new Map(
    contexts.map(({ name, context }) => [
      name,
      Object.entries(context.upstream ?? {})
        .filter(([other, { relation }]) => other !== name && !TOGETHER.includes(relation))
        .map(([other]) => other),
    ]),
  );
  const done = new Set<string>();
  const circles: PlanProblem[] = [];
  const walk = (name: string, way: readonly string[]): void => {
    if (way.includes(name)) {
      const circle = [...way.slice(way.indexOf(name)), name];
      circles.push(
        problem(
          pathTo('contexts', way.at(-1)!, 'upstream', name),
          name,
          `closes a circle: ${circle.join(' takes from ')}`,
          "turn one of them round (say it by events instead of a call), or call it what it is: relation: 'partnership'",
        ),
      );
      return;
    }
    if (done.has(name)) return;
    for (const other of upstream.get(name) ?? []) walk(other, [...way, name]);
    done.add(name);
  };
  for (const { name } of contexts) walk(name, []);
  return circles;
}

function repeated(named: readonly { path: string; value: string }[]) {
  const seen = new Map<string, string>();
  return named.flatMap(({ path, value }) => {
    const first = seen.get(value);
    if (first === undefined) seen.set(value, path);
    return first === undefined ? [] : [{ path, value, first }];
  });
}
