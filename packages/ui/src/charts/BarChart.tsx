import { lazy, type ReactElement } from 'react';
import { ChartFrame, type ChartFrameProps } from './ChartFrame.tsx';

const BarDrawing = lazy(() => import('./BarDrawing.tsx'));

export interface BarChartProps extends ChartFrameProps {
  /** The series of a place on top of each other, where their sum means something. */
  isStacked?: boolean;
  /** Bars to the right, for places with long names. */
  isHorizontal?: boolean;
}

/** How much there is of each. */
export function BarChart(props: BarChartProps): ReactElement {
  return (
    <ChartFrame {...props}>
      <BarDrawing
        data={props.data}
        isStacked={props.isStacked ?? false}
        isHorizontal={props.isHorizontal ?? false}
      />
    </ChartFrame>
  );
}
