import type { ReactElement } from 'react';
import type { TooltipContentProps } from 'recharts';
import styles from './Chart.module.css';
import { type ChartData, colourOfSeries } from './chart-data.ts';

/** What all drawings share: they are not animated, so that nothing moves for those who asked for that. */
export const still = { isAnimationActive: false } as const;

/** As wide as what it lies in; a size to begin with keeps the first drawing from being one of nothing. */
export const room = { width: '100%', height: '100%', initialDimension: { width: 400, height: 240 } } as const;

export const axis = {
  tickLine: false,
  axisLine: false,
  tick: { fill: 'var(--color-muted)', fontSize: 12 },
} as const;

export const grid = { stroke: 'var(--color-border)', strokeDasharray: '2 4' } as const;

export const margin = { top: 8, right: 8, bottom: 0, left: 0 } as const;

/** What is under the pointer. */
export function Tip({
  active,
  payload,
  label,
  data,
}: Partial<TooltipContentProps<number, string>> & { data: ChartData }): ReactElement | null {
  const shown = data.series.flatMap((series, at) => {
    const value = payload?.find(({ dataKey }) => dataKey === `v${at}`)?.value;
    return typeof value === 'number' ? [{ series, at, value }] : [];
  });
  if (!active || shown.length === 0) return null;
  const write = data.format ?? ((value: number) => value.toLocaleString());
  return (
    <div className={styles.tip}>
      <strong>{label}</strong>
      {shown.map(({ series, at, value }) => (
        <span key={series.id} className={styles.entry}>
          <span className={styles.swatch} style={{ color: colourOfSeries(at) }} />
          {series.title}
          <span className={styles.figure}>{write(value)}</span>
        </span>
      ))}
    </div>
  );
}
