/** What a chart shows, and what its table has: a value of each series at each place of the axis. */
export interface ChartData {
  /** What the places of the axis are: "Week". */
  axisTitle: string;
  /** Their names, in order, in the user's language. */
  places: readonly string[];
  series: readonly ChartSeries[];
  /** A value in the user's language; by itself as the browser writes numbers. */
  format?: (value: number) => string;
}

export interface ChartSeries {
  id: string;
  title: string;
  /** One for each place; null where there is none. */
  values: readonly (number | null)[];
  /** How far it may be off, low and high: drawn as a band around the line. */
  range?: readonly (readonly [low: number, high: number] | null)[];
  /** Not measured but expected. */
  isForecast?: boolean;
}

/** One place of the axis with the values of all series, as recharts reads it: `v0` is the first series', `r0` its range. */
export type ChartPoint = { place: string } & Record<
  string,
  number | string | readonly [number, number] | null
>;

export function pointsOf({ places, series }: ChartData): ChartPoint[] {
  return places.map((place, at) => ({
    place,
    ...Object.fromEntries(series.map(({ values }, number) => [`v${number}`, values[at] ?? null])),
    ...Object.fromEntries(
      series.flatMap(({ range }, number) => (range ? [[`r${number}`, range[at] ?? null]] : [])),
    ),
  }));
}

/** The same as rows of texts: the name of the place, then each series' value with its range. */
export function rowsOf(data: ChartData): string[][] {
  const write = data.format ?? ((value: number) => value.toLocaleString());
  return data.places.map((place, at) => [
    place,
    ...data.series.map(({ values, range }) => {
      const value = values[at];
      const around = range?.[at];
      const text = value === null || value === undefined ? '–' : write(value);
      return around ? `${text} (${write(around[0])} – ${write(around[1])})` : text;
    }),
  ]);
}

/** The custom property of the series' colour: of eight, in order. */
export function colourOfSeries(at: number): string {
  return `var(--color-series-${(at % 8) + 1})`;
}
