import type { BoardColumn } from '@banyan/ui';
import type { ApplicationStatus } from '../../../../api/applications.ts';
import { STATUSES } from './states.ts';

/** What a board shows of an application. */
export type ApplicationCard = {
  id: string;
  title: string;
  company: string;
  status: ApplicationStatus;
  changedAt: string;
};

type Row = {
  id: number;
  job_title: string;
  company_name: string;
  status: ApplicationStatus;
  updated_at: string;
};

/** All states in order, each with what is in it and has `text` in its title or company, the last changed first. */
export function columnsOf(
  rows: readonly Row[],
  text: string,
  titleOf: (status: ApplicationStatus) => string,
): BoardColumn<ApplicationCard>[] {
  const sought = text.trim().toLowerCase();
  const cards = rows
    .filter((row) => `${row.job_title}\n${row.company_name}`.toLowerCase().includes(sought))
    .toSorted((a, b) => Date.parse(b.updated_at) - Date.parse(a.updated_at))
    .map(cardOf);
  return STATUSES.map((status) => ({
    id: status,
    title: titleOf(status),
    cards: cards.filter((card) => card.status === status),
  }));
}

/** The same for the same row: what has not changed is not rendered anew. */
function cardOf(row: Row): ApplicationCard {
  let card = cards.get(row);
  if (card === undefined) {
    card = {
      id: String(row.id),
      title: row.job_title,
      company: row.company_name,
      status: row.status,
      changedAt: row.updated_at,
    };
    cards.set(row, card);
  }
  return card;
}

const cards = new WeakMap<Row, ApplicationCard>();
