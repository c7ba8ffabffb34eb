import { type Static, Type } from 'typebox';
import type { Unit } from '../careers/calendar.ts';
import { METRICS, type Metric, momentOf, type Way } from '../careers/moments.ts';
import { type Point, seriesOf } from '../careers/series.ts';

const Widget = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 200 }),
  metric: Type.Unsafe<Metric>({ type: 'string', enum: [...METRICS] }),
  unit: Type.Unsafe<Unit>({ type: 'string', enum: ['hour', 'day', 'week'] }),
  /** The last so many. */
  periods: Type.Integer({ minimum: 1, maximum: 366 }),
  chart: Type.Unsafe<'line' | 'bar' | 'number'>({ type: 'string', enum: ['line', 'bar', 'number'] }),
});

/** What somebody wants to see at a glance. */
export const Definition = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 200 }),
  zone: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Default UTC.' })),
  widgets: Type.Array(Widget, { maxItems: 20 }),
});
export type Definition = Static<typeof Definition>;

export const MAX_DASHBOARDS = 50;

/** What a dashboard shows at a moment, a series for each of its widgets. Pure. */
export function shownBy({ widgets, zone = 'UTC' }: Definition, ways: readonly Way[], now: Date): Point[][] {
  return widgets.map(({ metric, unit, periods }) => {
    const from = new Date(now.getTime() - (periods - 1) * UNIT_MS[unit]);
    const moments = ways.flatMap((way): [Date, number][] => {
      const at = momentOf(way, metric);
      return at === null ? [] : [[new Date(at), 1]];
    });
    return seriesOf(moments, { unit, zone, from, to: now });
  });
}

const HOUR_MS = 3_600_000;
const UNIT_MS: Record<Unit, number> = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 168 * HOUR_MS };
