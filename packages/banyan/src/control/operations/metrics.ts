import { rank } from '@banyan/plan/stages';
import { Gauge, Registry } from 'prom-client';
import type { Control } from '../control.ts';

/** The control plane's figures for Prometheus, read when they are asked for. */
export function controlMetrics(control: Pick<Control, 'status'>): () => Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name: `banyan_${name}`, help, labelNames, registers: [registry] });
  const stage = gauge('stage', 'Stage of a service: 0 monolith … 5 retired', ['service']);
  const share = gauge('share_ratio', 'Share of keys on the service’s side, 0..1', ['service']);
  const paused = gauge('paused', '1 while a rollout waits for a person', ['service']);
  const lagSeconds = gauge('link_lag_seconds', 'Age of the oldest change that waits to be applied', ['link']);
  const lagBytes = gauge('link_lag_bytes', 'WAL that waits to be applied', ['link']);
  const retained = gauge('link_retained_bytes', 'WAL that the source keeps for the link', ['link']);
  const conflicts = gauge('link_conflicts', 'Conflicts recorded since the applier started', ['link']);
  const forged = gauge(
    'link_refused_messages',
    'Messages in the source’s log that passed themselves off as Banyan’s, since the applier started',
    ['link'],
  );
  const divergent = gauge('divergent_rows', 'Rows that differed in the last verification', [
    'service',
    'table',
  ]);
  const verifiedAt = gauge('verified_timestamp_seconds', 'When the table was last verified', [
    'service',
    'table',
  ]);
  const unwell = gauge('unwell_instances', 'Instances that health checks find unwell', ['upstream']);
  const refused = gauge('refused_writes', 'Writes of others that the lock on the monolith refused', [
    'service',
  ]);
  const excused = gauge(
    'excused_writes',
    "Writes of the monolith's own jobs that the lock on the monolith refused",
    ['service'],
  );
  const findings = gauge('findings', 'Things to fix before the first key moves', ['service']);
  const keys = gauge('keys_seen', 'Different keys seen since the extraction began', ['service']);
  const keysInShare = gauge('keys_in_share', 'Keys seen that the present share holds', ['service']);
  const version = gauge('route_table_version', 'Version of the route table', []);
  const workers = gauge('gateway_workers', 'Gateway workers with a live lease', []);

  return async () => {
    const status = await control.status();
    registry.resetMetrics();
    version.set(status.routeTableVersion);
    workers.set(status.gatewayWorkers);
    unwell.set({ upstream: 'monolith' }, status.unwell.length);
    for (const one of status.services) {
      unwell.set({ upstream: one.service }, one.unwell.length);
      refused.set({ service: one.service }, one.evidence.refused);
      excused.set({ service: one.service }, one.evidence.excused);
      findings.set({ service: one.service }, one.findings.length);
      keys.set({ service: one.service }, one.evidence.keys.seen);
      keysInShare.set({ service: one.service }, one.evidence.keys.inShare);
      stage.set({ service: one.service }, rank(one.stage));
      share.set({ service: one.service }, one.share / 10_000);
      paused.set({ service: one.service }, one.paused ? 1 : 0);
      for (const link of one.links) {
        lagSeconds.set({ link: link.link }, link.lagMs / 1000);
        lagBytes.set({ link: link.link }, link.lagBytes);
        retained.set({ link: link.link }, link.retainedBytes);
        conflicts.set({ link: link.link }, link.conflicts);
        forged.set({ link: link.link }, link.refusedMessages);
      }
      for (const table of one.verification) {
        const labels = { service: one.service, table: table.table };
        divergent.set(labels, table.missingInNew + table.missingInLegacy + table.inconsistent);
        if (table.verifiedAt) verifiedAt.set(labels, Date.parse(table.verifiedAt) / 1000);
      }
    }
    return await registry.metrics();
  };
}
