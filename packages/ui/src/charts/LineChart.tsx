import { lazy, type ReactElement } from 'react';
import { ChartFrame, type ChartFrameProps } from './ChartFrame.tsx';

const LineDrawing = lazy(() => import('./LineDrawing.tsx'));

export type LineChartProps = ChartFrameProps;

/** How something goes on: one line for each series, with a band where it is not certain. */
export function LineChart(props: LineChartProps): ReactElement {
  return (
    <ChartFrame {...props}>
      <LineDrawing data={props.data} />
    </ChartFrame>
  );
}
