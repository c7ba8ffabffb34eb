import type { ReactElement, ReactNode } from 'react';
import {
  Table as AriaTable,
  Cell,
  Column,
  ResizableTableContainer,
  Row,
  type Selection,
  TableBody,
  TableHeader,
  TableLayout,
  useTableOptions,
  Virtualizer,
} from 'react-aria-components';
import { Checkbox } from './Checkbox.tsx';
import { classes } from './classes.ts';
import { Icon } from './Icon.tsx';
import styles from './Table.module.css';

export interface TableColumn<Item> {
  id: string;
  title: string;
  render: (item: Item) => ReactNode;
  /** The one that names the row. The first, unless one says so. */
  isRowHeader?: boolean;
  isSortable?: boolean;
  /** Numbers and what is compared down the column. */
  align?: 'start' | 'end';
  /** Pixels or a share ("2fr"); without it, an equal share. */
  width?: number | `${number}fr`;
  /** Pixels. */
  minWidth?: number;
}

export interface TableSort {
  column: string;
  direction: 'ascending' | 'descending';
}

export interface TableProps<Item extends object> {
  label: string;
  columns: TableColumn<Item>[];
  items: readonly Item[];
  idOf: (item: Item) => string;
  /** The page sorts (here or at the server) and hands in the order. */
  sort?: TableSort;
  onSort?: (sort: TableSort) => void;
  /** A press on the row or Enter. */
  onRowAction?: (id: string) => void;
  /** The page that a row leads to. */
  hrefOf?: (item: Item) => string;
  /** Rows can be chosen; "all" is all that are there. */
  selected?: Selection;
  onSelect?: (selected: Selection) => void;
  /** With a height (CSS length) the table scrolls in it and draws only what is seen: for hundreds of rows and more. */
  height?: string;
  /** Pixels of a row of a table with a height. */
  rowHeight?: number;
  empty?: ReactNode;
}

const headingHeight = 40;

/** Rows that are compared by columns. Sorted by the column's head, walked through by arrows, chosen by Space. */
export function Table<Item extends object>(props: TableProps<Item>): ReactElement {
  const { height, rowHeight = 44 } = props;
  if (height === undefined) {
    return (
      <div className={styles.frame}>
        <Grid {...props} />
      </div>
    );
  }
  return (
    <Virtualizer layout={TableLayout} layoutOptions={{ rowHeight, headingHeight }}>
      <ResizableTableContainer className={classes(styles.frame, styles.window)} style={{ height }}>
        <Grid {...props} isVirtual />
      </ResizableTableContainer>
    </Virtualizer>
  );
}

function Grid<Item extends object>(props: TableProps<Item> & { isVirtual?: boolean }): ReactElement {
  const {
    label,
    columns,
    items,
    idOf,
    sort,
    onSort,
    onRowAction,
    hrefOf,
    selected,
    onSelect,
    empty,
    isVirtual,
  } = props;
  const rowHeader = columns.find((column) => column.isRowHeader)?.id ?? columns[0]?.id;
  const className = (column: TableColumn<Item>, own: string | undefined): string =>
    classes(own, column.align === 'end' && styles.end, isVirtual && styles.boxed);
  return (
    <AriaTable
      aria-label={label}
      className={classes(styles.table, isVirtual && styles.virtual)}
      {...(sort && { sortDescriptor: sort })}
      onSortChange={({ column, direction }) => onSort?.({ column: String(column), direction })}
      onRowAction={onRowAction && ((key) => onRowAction(String(key)))}
      {...(onSelect && {
        selectionMode: 'multiple' as const,
        selectedKeys: selected ?? [],
        onSelectionChange: onSelect,
      })}
    >
      <TableHeader className={styles.header}>
        <SelectAll isVirtual={isVirtual} />
        {columns.map((column) => (
          <Column
            key={column.id}
            id={column.id}
            isRowHeader={column.id === rowHeader}
            allowsSorting={column.isSortable ?? false}
            width={column.width}
            minWidth={column.minWidth}
            {...(!isVirtual && column.minWidth && { style: { minWidth: column.minWidth } })}
            className={className(column, styles.head)}
          >
            {({ allowsSorting, sortDirection }) => (
              <span className={styles.title}>
                {column.title}
                {allowsSorting && (
                  <span className={classes(styles.arrow, sortDirection && styles.sorted)}>
                    <Icon name={sortDirection === 'descending' ? 'down' : 'up'} size={12} />
                  </span>
                )}
              </span>
            )}
          </Column>
        ))}
      </TableHeader>
      <TableBody
        items={items}
        dependencies={[columns]}
        renderEmptyState={() => <div className={styles.empty}>{empty}</div>}
      >
        {(item) => (
          <Row id={idOf(item)} className={styles.row} {...(hrefOf && { href: hrefOf(item) })}>
            <SelectRow isVirtual={isVirtual} />
            {columns.map((column) => (
              <Cell key={column.id} className={className(column, styles.cell)}>
                {column.render(item)}
              </Cell>
            ))}
          </Row>
        )}
      </TableBody>
    </AriaTable>
  );
}

function SelectAll({ isVirtual }: { isVirtual?: boolean | undefined }): ReactElement | null {
  const { selectionBehavior } = useTableOptions();
  if (selectionBehavior !== 'toggle') return null;
  return (
    <Column
      width={44}
      minWidth={44}
      className={classes(styles.head, styles.select, isVirtual && styles.boxed)}
    >
      <Checkbox slot="selection" />
    </Column>
  );
}

function SelectRow({ isVirtual }: { isVirtual?: boolean | undefined }): ReactElement | null {
  const { selectionBehavior } = useTableOptions();
  if (selectionBehavior !== 'toggle') return null;
  return (
    <Cell className={classes(styles.cell, styles.select, isVirtual && styles.boxed)}>
      <Checkbox slot="selection" />
    </Cell>
  );
}
