import { type ServiceStatus, wentBack } from '@banyan/banyan/operate';
import { describeStage } from '@banyan/plan/stages';

/** A service that went back by itself, from where and why. */
export type WayBack = { service: string; from: string; why: string };

/** Tells, look by look, of each service that has begun to go back by itself since the look before, be it the one that moves or one that was there already. */
export function noticeWaysBack(): (statuses: readonly ServiceStatus[]) => WayBack[] {
  const stood = new Map<string, string>();
  const back = new Set<string>();
  return (statuses) =>
    statuses.flatMap((status) => {
      const { service, stage, share, paused } = status;
      if (!wentBack(status)) {
        back.delete(service);
        stood.set(service, describeStage(stage, share));
        return [];
      }
      if (back.has(service)) return [];
      back.add(service);
      return [{ service, from: stood.get(service) ?? describeStage(stage, share), why: paused ?? '' }];
    });
}
