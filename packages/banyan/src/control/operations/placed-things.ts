import { isLinked, type ResolvedPlan, type ResolvedService, tablesFromMonolith } from '@banyan/plan';
import { rank, type Stage } from '@banyan/plan/stages';
import {
  guardName,
  guardsOf,
  type InstalledKind,
  type InstalledObject,
  namesOf,
  SHARED_SLOT,
} from '@banyan/replication';
import { linksWanted, type ServiceState } from '../../rollout/state.ts';
import type { PlacedThing } from '../control.ts';

/**
 * What of the things in one database is there because a service's stage wants it, and what nothing needs any more:
 * things of services that the plan no longer names, of tables that it no longer maps, of stages that are over.
 */
export function judgePlaced(
  plan: ResolvedPlan,
  states: readonly ServiceState[],
  { where, url }: { where: string; url: string },
  placed: readonly InstalledObject[],
): PlacedThing[] {
  const wanted = new Map(states.flatMap((state) => wantedBy(plan, state, url)));
  const read = [...wanted.keys()].some((each) => each.startsWith('slot '));
  return placed.map(({ kind, name, service, direction, remove }) => {
    const owner = wanted.get(`${kind} ${name.replace(/_copy[0-9]+$/, '')}`);
    const shared = kind === 'slot' && new RegExp(SHARED_SLOT).test(name);
    const state =
      owner || (shared && read) ? 'used' : kind === 'mark' || kind === 'schema' ? 'kept' : 'leftover';
    return {
      where,
      kind,
      name,
      service: owner ?? service,
      stage: shared ? 'copying' : stageOf(kind, direction),
      state,
      remove: state === 'used' ? null : remove,
    };
  });
}

/** Names of the links that write into a database when they run. */
export function linksInto(plan: ResolvedPlan, url: string): string[] {
  return Object.values(plan.services)
    .filter(isLinked)
    .flatMap(({ name, database }) => [
      ...(database === url ? [`${name}.forward`] : []),
      ...(plan.monolith.database === url ? [`${name}.reverse`] : []),
    ]);
}

/** What a service needs in a database, each as `kind name` with the service's name. */
function wantedBy(plan: ResolvedPlan, state: ServiceState, url: string): [string, string][] {
  const service = plan.services[state.service];
  if (!service || !isLinked(service)) return [];
  const { monolith } = plan;
  const links = linksWanted(state, tablesFromMonolith(service.tables).length > 0);
  const names = [
    ...(links.forward ? linkEnds(service, 'forward', monolith.database, service.database, url) : []),
    ...(links.reverse ? linkEnds(service, 'reverse', service.database, monolith.database, url) : []),
    ...(url === monolith.database && monolith.writeLocks && mayBeGuarded(state) ? guardOf(service) : []),
  ];
  return names.map((name) => [name, service.name]);
}

function linkEnds(
  { name: service }: ResolvedService,
  direction: 'forward' | 'reverse',
  source: string,
  target: string,
  url: string,
): string[] {
  const { slot, publication, origin, link } = namesOf({ service, direction });
  return [
    ...(source === url ? [`slot ${slot}`, `publication ${publication}`] : []),
    ...(target === url ? [`origin ${origin}`, `record ${link}`] : []),
  ];
}

function guardOf({ name: service, tables }: ResolvedService): string[] {
  const guards = tables.flatMap((mapping) => guardsOf(mapping).map((of) => ({ mapping, of })));
  const each = guards.flatMap(({ mapping, of }) => {
    const name = guardName(service, mapping, of);
    return [`function ${name}`, `trigger ${name} on ${mapping.legacy.schema}.${mapping.legacy.table}`];
  });
  return [...each, `sequence refused_${service}`, `sequence excused_${service}`, `guard ${service}`];
}

/** It is installed before the first step up. */
function mayBeGuarded({ stage, target, draining }: ServiceState): boolean {
  if (stage === 'shadowing') return rank(target.stage) > rank('shadowing');
  return stage === 'canary' || stage === 'migrated' || (stage === 'retired' && draining);
}

function stageOf(kind: InstalledKind, direction: InstalledObject['direction']): Stage | null {
  if (kind === 'mark' || kind === 'schema') return null;
  if (direction === null) return 'canary';
  return direction === 'forward' ? 'copying' : 'shadowing';
}
