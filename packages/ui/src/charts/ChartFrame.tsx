import { Component, type ReactElement, type ReactNode, Suspense, useId, useState } from 'react';
import { IconButton } from '../IconButton.tsx';
import { Skeleton } from '../Skeleton.tsx';
import { VisuallyHidden } from '../VisuallyHidden.tsx';
import styles from './Chart.module.css';
import { type ChartData, colourOfSeries, rowsOf } from './chart-data.ts';

export interface ChartFrameProps {
  title: string;
  /** Of the title, as it fits into its page. */
  level?: 2 | 3 | 4;
  /** What is to be seen, in a sentence: screen readers get it in place of the drawing. */
  summary: string;
  data: ChartData;
  /** Pixels of the drawing. */
  height?: number;
  /** What the button says that shows the values as a table, and the one that goes back. */
  tableLabel: string;
  chartLabel: string;
  /** Below the title: a choice of the time, for instance. */
  controls?: ReactNode;
}

/** Around every chart: its title, a key to its colours, what it says in words, and its values as a table for whoever wants them. */
export function ChartFrame(props: ChartFrameProps & { children: ReactNode }): ReactElement {
  const { title, level = 3, summary, data, height = 240, tableLabel, chartLabel, controls, children } = props;
  const [isTable, setTable] = useState(false);
  const id = useId();
  const Heading = `h${level}` as const;
  const table = <ChartTable title={title} data={data} />;
  return (
    <figure className={styles.frame} aria-labelledby={id}>
      <div className={styles.head}>
        <Heading id={id} className={styles.title}>
          {title}
        </Heading>
        <IconButton
          icon={isTable ? 'chart' : 'table'}
          label={isTable ? chartLabel : tableLabel}
          size="small"
          onPress={() => setTable(!isTable)}
        />
      </div>
      {controls}
      {isTable ? (
        table
      ) : (
        <>
          <Key data={data} />
          <VisuallyHidden>
            <p>{summary}</p>
          </VisuallyHidden>
          <div aria-hidden="true" className={styles.drawing} style={{ height }}>
            <InsteadOfDrawing other={table}>
              <Suspense fallback={<Skeleton shape="block" height={`${height}px`} />}>{children}</Suspense>
            </InsteadOfDrawing>
          </div>
        </>
      )}
    </figure>
  );
}

function Key({ data }: { data: ChartData }): ReactElement | null {
  if (data.series.length < 2) return null;
  return (
    <ul className={styles.key}>
      {data.series.map((series, at) => (
        <li key={series.id} className={styles.entry}>
          <span
            className={styles.swatch}
            data-forecast={series.isForecast || undefined}
            style={{ color: colourOfSeries(at) }}
          />
          {series.title}
        </li>
      ))}
    </ul>
  );
}

function ChartTable({ title, data }: { title: string; data: ChartData }): ReactElement {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section className={styles.scroll} aria-label={title} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{data.axisTitle}</th>
            {data.series.map(({ id, title }) => (
              <th key={id} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsOf(data).map(([place, ...values], at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: places of an axis have nothing but their order
            <tr key={at}>
              <th scope="row">{place}</th>
              {values.map((value, series) => (
                <td key={data.series[series]!.id}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A drawing that could not be loaded (offline, a new version since) is no reason to lose the page: the table is there. */
class InsteadOfDrawing extends Component<{ other: ReactNode; children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.other : this.props.children;
  }
}
