import type { ReactElement } from 'react';
import { BarChart, Card, type ChartData, Funnel, LineChart } from '../src/index.ts';
import styles from './gallery.module.css';

const weeks: ChartData = {
  axisTitle: 'Week',
  places: Array.from({ length: 12 }, (_, at) => `W${at + 40}`),
  series: [
    { id: 'sent', title: 'Sent', values: [2, 4, 3, 6, 8, 5, 7, 9, 6, null, null, null] },
    { id: 'answers', title: 'Answers', values: [0, 1, 1, 2, 3, 3, 2, 4, 3, null, null, null] },
    {
      id: 'expected',
      title: 'Answers expected',
      values: [null, null, null, null, null, null, null, null, 3, 4, 4, 5],
      range: [null, null, null, null, null, null, null, null, [3, 3], [2, 6], [2, 7], [1, 9]],
      isForecast: true,
    },
  ],
};

const states: ChartData = {
  axisTitle: 'State',
  places: ['Applied', 'Screening', 'Interview', 'Offer'],
  series: [{ id: 'days', title: 'Days', values: [9, 6, 12, 4] }],
  format: (value) => `${value} d`,
};

const texts = { tableLabel: 'Show the values', chartLabel: 'Show the chart' };

export function Charts(): ReactElement {
  return (
    <div className={styles.columns}>
      <Card>
        <LineChart
          title="Applications and answers"
          summary="Answers rise with applications; three to nine are expected in the next weeks."
          data={weeks}
          {...texts}
        />
      </Card>
      <Card>
        <BarChart
          title="Time in state"
          summary="Interviews take longest, twelve days."
          data={states}
          isHorizontal
          {...texts}
        />
      </Card>
      <Card>
        <Funnel
          title="From application to offer"
          steps={[
            { id: 'sent', label: 'Applied', value: 42, text: '42' },
            { id: 'answer', label: 'Answered', value: 18, text: '18', share: '43 %' },
            { id: 'interview', label: 'Interview', value: 7, text: '7', share: '39 %' },
            { id: 'offer', label: 'Offer', value: 1, text: '1', share: '14 %' },
          ]}
        />
      </Card>
    </div>
  );
}
