import { Type } from 'typebox';
import { APPLICATION_STATUSES } from './applications.ts';

export const Summary = Type.Object({
  total_applications: Type.Integer(),
  active_applications: Type.Integer(),
  by_status: Type.Object(Object.fromEntries(APPLICATION_STATUSES.map((status) => [status, Type.Integer()]))),
  response_rate: Type.Number(),
  offer_rate: Type.Number(),
});

/** How far an application can come; the current status alone would hide who was turned down late. */
export const FUNNEL_STAGES = ['applied', 'screening', 'interview', 'offer', 'accepted'] as const;
type FunnelStage = (typeof FUNNEL_STAGES)[number];
export const FunnelStage = Type.Unsafe<FunnelStage>({ type: 'string', enum: [...FUNNEL_STAGES] });
export const Funnel = Type.Object({
  stages: Type.Array(Type.Object({ stage: FunnelStage, count: Type.Integer(), rate: Type.Number() })),
});

export const Weeks = Type.Object({
  weeks: Type.Array(Type.Object({ week: Type.String(), applications: Type.Integer() })),
});

export type Summary = {
  total_applications: number;
  active_applications: number;
  by_status: Record<string, number>;
  response_rate: number;
  offer_rate: number;
};
export type Funnel = { stages: { stage: FunnelStage; count: number; rate: number }[] };
export type Weeks = { weeks: { week: string; applications: number }[] };

/** From how many applications there are in each status. */
export function summaryOf(counts: ReadonlyMap<string, number>): Summary {
  const of = (...statuses: string[]) => statuses.reduce((sum, status) => sum + (counts.get(status) ?? 0), 0);
  const sent = of(...APPLICATION_STATUSES) - of('saved');
  return {
    total_applications: of(...APPLICATION_STATUSES),
    active_applications: of('applied', 'screening', 'interview', 'offer'),
    by_status: Object.fromEntries(APPLICATION_STATUSES.map((status) => [status, of(status)])),
    response_rate: ratio(of('screening', 'interview', 'offer', 'accepted', 'rejected'), sent),
    offer_rate: ratio(of('offer', 'accepted'), sent),
  };
}

/** From how many applications have ever come to each status. */
export function funnelOf(counts: ReadonlyMap<string, number>): Funnel {
  const applied = counts.get('applied') ?? 0;
  return {
    stages: FUNNEL_STAGES.map((stage) => {
      const count = counts.get(stage) ?? 0;
      return { stage, count, rate: ratio(count, applied) };
    }),
  };
}

/** With four digits. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000;
}
