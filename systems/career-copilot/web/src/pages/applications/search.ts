import { SOURCES, type SourceKind } from '../../../../api/sources.ts';
import type { ApplicationState } from '../../../../api/tracking.ts';
import { isState } from './states.ts';

const SORTABLE = ['title', 'company', 'state', 'applied', 'due', 'changed'] as const;
export type Sort = { column: (typeof SORTABLE)[number]; direction: 'ascending' | 'descending' };

/** What the address of the applications says: `/applications?view=list&q=engineer&state=open&sort=-applied`. */
export type ApplicationsSearch = {
  /** Left out: the board. */
  view?: 'list';
  q?: string;
  /** `open`: whatever has not come to its end. */
  state?: ApplicationState | 'open';
  source?: SourceKind;
  /** To be done next by now, or within a week. */
  due?: 'overdue' | 'week';
  /** A column, with `-` in front of it from its end. Left out: changed last first. */
  sort?: string;
  /** One is being added. */
  add?: true;
};

/** What is not understood is as if it were not there. */
export function applicationsSearch(search: Record<string, unknown>): ApplicationsSearch {
  const { view, q, state, source, due, sort, add } = search;
  return {
    ...(view === 'list' ? { view } : {}),
    ...(isText(q) ? { q: String(q) } : {}),
    ...(typeof state === 'string' && (state === 'open' || isState(state)) ? { state } : {}),
    ...(SOURCES.includes(source as SourceKind) ? { source: source as SourceKind } : {}),
    ...(due === 'overdue' || due === 'week' ? { due } : {}),
    ...(typeof sort === 'string' && sortIn(sort) ? { sort } : {}),
    ...(add === true ? { add } : {}),
  };
}

export function sortOf({ sort }: ApplicationsSearch): Sort {
  return sortIn(sort) ?? { column: 'changed', direction: 'descending' };
}

export function textOfSort({ column, direction }: Sort): string {
  return direction === 'descending' ? `-${column}` : column;
}

/** What of a search counts: a board has every state, since cards go from one to the other. */
export function heeded(search: ApplicationsSearch): ApplicationsSearch {
  if (search.view === 'list') return search;
  const { state: _, ...rest } = search;
  return rest;
}

/** Whether anything is left out by it. */
export function isNarrowed({ q, state, source, due }: ApplicationsSearch): boolean {
  return [q, state, source, due].some((one) => one !== undefined);
}

function sortIn(text = ''): Sort | undefined {
  const name = text.replace(/^-/, '');
  const column = SORTABLE.find((one) => one === name);
  return column && { column, direction: text.startsWith('-') ? 'descending' : 'ascending' };
}

/** A search for `42` comes as a number. */
function isText(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}
