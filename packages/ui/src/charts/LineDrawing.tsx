import type { ReactElement } from 'react';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { type ChartData, colourOfSeries, pointsOf } from './chart-data.ts';
import { axis, grid, margin, room, still, Tip } from './drawing.tsx';

export default function LineDrawing({ data }: { data: ChartData }): ReactElement {
  return (
    <ResponsiveContainer {...room}>
      <ComposedChart data={pointsOf(data)} margin={margin} accessibilityLayer={false}>
        <CartesianGrid vertical={false} {...grid} />
        <XAxis dataKey="place" {...axis} minTickGap={24} />
        <YAxis {...axis} width="auto" tickFormatter={data.format} allowDecimals={false} />
        <Tooltip {...still} content={<Tip data={data} />} cursor={{ stroke: 'var(--color-border-strong)' }} />
        {data.series.map(
          ({ id, range }, at) =>
            range && (
              <Area
                key={`${id} range`}
                {...still}
                dataKey={`r${at}`}
                type="monotone"
                stroke="none"
                fill={colourOfSeries(at)}
                fillOpacity={0.16}
                activeDot={false}
                connectNulls
              />
            ),
        )}
        {data.series.map(({ id, isForecast }, at) => (
          <Line
            key={id}
            {...still}
            dataKey={`v${at}`}
            type="monotone"
            stroke={colourOfSeries(at)}
            strokeWidth={2}
            {...(isForecast && { strokeDasharray: '5 4' })}
            dot={false}
            activeDot={{ r: 4, strokeWidth: 2, stroke: 'var(--color-raised)' }}
            connectNulls
          />
        ))}
      </ComposedChart>
    </ResponsiveContainer>
  );
}
