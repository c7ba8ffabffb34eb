import { type ReactElement, useState } from 'react';
import { Board, type BoardColumn, Button, moveCards, Status } from '../src/index.ts';
import styles from './gallery.module.css';

interface Application {
  id: string;
  title: string;
  company: string;
  due?: string;
}

const companies = ['Acme', 'Initech', 'Globex', 'Umbrella', 'Hooli', 'Stark', 'Wayne'];
const make = (from: number, count: number): Application[] =>
  Array.from({ length: count }, (_, at) => ({
    id: String(from + at),
    title: at % 3 ? 'Engineer' : 'Senior site reliability engineer, payments',
    company: companies[(from + at) % companies.length]!,
    ...(at % 4 === 0 && { due: 'Answer by Friday' }),
  }));
const first: BoardColumn<Application>[] = [
  { id: 'saved', title: 'Saved', cards: make(0, 3) },
  { id: 'applied', title: 'Applied', cards: make(100, 500) },
  { id: 'interview', title: 'Interview', cards: make(1000, 2) },
  { id: 'offer', title: 'Offer', cards: [] },
  { id: 'rejected', title: 'Rejected', cards: make(2000, 1) },
];

export function Boards(): ReactElement {
  const [columns, setColumns] = useState(first);
  return (
    <Board
      label="Applications by state"
      columns={columns}
      textOf={(card) => `${card.title} at ${card.company}`}
      render={(card) => (
        <>
          <div className={styles.job}>{card.title}</div>
          <div className={styles.company}>{card.company}</div>
          {card.due && <Status tone="warning">{card.due}</Status>}
        </>
      )}
      onMove={(move) => setColumns(moveCards(columns, move))}
      canMove={(_, column) => column !== 'saved'}
      height="28rem"
      selectionActions={() => (
        <Button size="small" icon="archive">
          Archive
        </Button>
      )}
      texts={{
        moveTo: 'Move to',
        drag: (card) => `Drag ${card}`,
        moved: (count, column) => `${count} moved to ${column}`,
        selected: (count) => `${count} selected`,
        clearSelection: 'Clear the selection',
        emptyColumn: 'Nothing here yet',
      }}
    />
  );
}
