import type { ReactElement } from 'react';
import {
  Bar,
  CartesianGrid,
  BarChart as Drawing,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { type ChartData, colourOfSeries, pointsOf } from './chart-data.ts';
import { axis, grid, margin, room, still, Tip } from './drawing.tsx';

export interface BarDrawingProps {
  data: ChartData;
  isStacked: boolean;
  isHorizontal: boolean;
}

export default function BarDrawing({ data, isStacked, isHorizontal }: BarDrawingProps): ReactElement {
  const places = { dataKey: 'place', type: 'category' as const };
  const values = { type: 'number' as const, tickFormatter: data.format, allowDecimals: false };
  return (
    <ResponsiveContainer {...room}>
      <Drawing
        data={pointsOf(data)}
        layout={isHorizontal ? 'vertical' : 'horizontal'}
        margin={margin}
        barGap={2}
        barCategoryGap="24%"
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={isHorizontal} horizontal={!isHorizontal} {...grid} />
        <XAxis {...(isHorizontal ? values : places)} {...axis} />
        <YAxis {...(isHorizontal ? places : values)} {...axis} width="auto" />
        <Tooltip {...still} content={<Tip data={data} />} cursor={{ fill: 'var(--color-hover)' }} />
        {data.series.map(({ id }, at) => (
          <Bar
            key={id}
            {...still}
            dataKey={`v${at}`}
            fill={colourOfSeries(at)}
            radius={isStacked ? 0 : isHorizontal ? [0, 4, 4, 0] : [4, 4, 0, 0]}
            maxBarSize={40}
            {...(isStacked && { stackId: 'all' })}
          />
        ))}
      </Drawing>
    </ResponsiveContainer>
  );
}
