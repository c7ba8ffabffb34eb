import { type Static, Type } from 'typebox';
import type { Unit } from '../series/calendar.ts';
import { type Point, seriesOf, UNIT_MS } from '../series/series.ts';
import type { Moments } from '../system.ts';

const widgetOf = (metrics: readonly string[]) =>
  Type.Object({
    title: Type.String({ minLength: 1, maxLength: 200 }),
    metric: Type.Unsafe<string>({ type: 'string', enum: [...metrics] }),
    unit: Type.Unsafe<Unit>({ type: 'string', enum: ['hour', 'day', 'week'] }),
    /** The last so many. */
    periods: Type.Integer({ minimum: 1, maximum: 366 }),
    chart: Type.Unsafe<'line' | 'bar' | 'number'>({ type: 'string', enum: ['line', 'bar', 'number'] }),
  });

/** What somebody wants to see at a glance, of metrics of these names. */
export const definitionOf = (metrics: readonly string[]) =>
  Type.Object({
    title: Type.String({ minLength: 1, maxLength: 200 }),
    zone: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Default UTC.' })),
    widgets: Type.Array(widgetOf(metrics), { maxItems: 20 }),
  });
export type Definition = Static<ReturnType<typeof definitionOf>>;

export const MAX_DASHBOARDS = 50;

/** What a dashboard shows at a moment, a series for each of its widgets. */
export async function shownBy(
  { widgets, zone = 'UTC' }: Definition,
  moments: Moments,
  now: Date,
): Promise<Point[][]> {
  return await Promise.all(
    widgets.map(async ({ metric, unit, periods }) => {
      const span = { from: new Date(now.getTime() - (periods - 1) * UNIT_MS[unit]), to: now };
      return seriesOf(await moments(metric, span), { unit, zone, ...span });
    }),
  );
}
