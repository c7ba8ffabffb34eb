import { type ReactElement, useMemo, useState } from 'react';
import {
  Badge,
  Card,
  EmptyState,
  Feed,
  List,
  Stack,
  Table,
  type TableColumn,
  type TableSort,
} from '../src/index.ts';
import styles from './gallery.module.css';

interface Job {
  id: string;
  title: string;
  company: string;
  salary: number;
}

const titles = ['Software engineer', 'Data analyst', 'Product designer', 'Site reliability engineer'];
const companies = ['Acme', 'Initech', 'Globex', 'Umbrella', 'Hooli'];
const jobs: Job[] = Array.from({ length: 10_000 }, (_, at) => ({
  id: String(at),
  title: `${titles[at % titles.length]} ${at + 1}`,
  company: companies[at % companies.length]!,
  salary: 40_000 + ((at * 7919) % 60) * 1000,
}));
const salary = new Intl.NumberFormat('en-GB', {
  style: 'currency',
  currency: 'EUR',
  maximumFractionDigits: 0,
});
const columns: TableColumn<Job>[] = [
  { id: 'title', title: 'Title', render: (job) => job.title, isSortable: true, width: '2fr', minWidth: 180 },
  { id: 'company', title: 'Company', render: (job) => job.company, isSortable: true, minWidth: 110 },
  { id: 'state', title: 'State', render: () => <Badge tone="info">New</Badge>, minWidth: 90 },
  {
    id: 'salary',
    title: 'Salary',
    render: (job) => salary.format(job.salary),
    align: 'end',
    isSortable: true,
    minWidth: 110,
  },
];

export function Tables(): ReactElement {
  const [sort, setSort] = useState<TableSort>({ column: 'title', direction: 'ascending' });
  const [selected, setSelected] = useState<'all' | Set<string | number>>(new Set(['1']));
  const sorted = useMemo(() => [...jobs].sort(comparing(sort)), [sort]);
  return (
    <Stack>
      <Card title="A few rows" level={3} isFlush>
        <Table
          label="Saved jobs"
          columns={columns}
          items={jobs.slice(0, 4)}
          idOf={(job) => job.id}
          selected={selected}
          onSelect={setSelected}
        />
      </Card>
      <Table
        label="All jobs"
        columns={columns}
        items={sorted}
        idOf={(job) => job.id}
        sort={sort}
        onSort={setSort}
        height="22rem"
      />
      <div className={styles.columns}>
        <List
          label="Results"
          items={jobs}
          idOf={(job) => job.id}
          textOf={(job) => job.title}
          height="20rem"
          itemHeight={70}
          current="1"
          onAction={() => {}}
          render={(job) => (
            <>
              <div className={styles.job}>{job.title}</div>
              <div className={styles.company}>
                {job.company} · {salary.format(job.salary)}
              </div>
            </>
          )}
        />
        <Feed
          label="Postings"
          items={jobs.slice(0, 3)}
          total={jobs.length}
          idOf={(job) => job.id}
          textOf={(job) => job.title}
          titleOf={(job) => job.title}
          hrefOf={(job) => `#${job.id}`}
          render={(job) => <div className={styles.company}>{job.company}</div>}
          itemHeight={70}
        />
        <Table
          label="Nothing"
          columns={columns.slice(0, 2)}
          items={[]}
          idOf={(job: Job) => job.id}
          empty={
            <EmptyState icon="search" level={3} title="No job matches">
              Take a filter away.
            </EmptyState>
          }
        />
      </div>
    </Stack>
  );
}

function comparing({ column, direction }: TableSort): (one: Job, other: Job) => number {
  const sign = direction === 'ascending' ? 1 : -1;
  if (column === 'salary') return (one, other) => sign * (one.salary - other.salary);
  const field = column as 'title' | 'company';
  return (one, other) => sign * one[field].localeCompare(other[field], 'en', { numeric: true });
}
