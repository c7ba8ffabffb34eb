import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChartData, colourOfSeries, pointsOf, rowsOf } from './chart-data.ts';

const data: ChartData = {
  axisTitle: 'Week',
  places: ['1', '2'],
  series: [
    { id: 'sent', title: 'Sent', values: [4, null] },
    { id: 'expected', title: 'Expected', values: [null, 6], range: [null, [4, 9]], isForecast: true },
  ],
  format: (value) => `${value} x`,
};

test('a chart and its table show the same', () => {
  assert.deepEqual(pointsOf(data), [
    { place: '1', v0: 4, v1: null, r1: null },
    { place: '2', v0: null, v1: 6, r1: [4, 9] },
  ]);
  assert.deepEqual(rowsOf(data), [
    ['1', '4 x', '–'],
    ['2', '–', '6 x (4 x – 9 x)'],
  ]);
});

test('a ninth series has the colour of the first', () => {
  assert.equal(colourOfSeries(0), 'var(--color-series-1)');
  assert.equal(colourOfSeries(8), 'var(--color-series-1)');
});
