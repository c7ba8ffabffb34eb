import type { RecordedEvent } from '@banyan/events';
import type { HistoryEntry } from '../../../api/tracking.ts';
import { type Application, type ApplicationEvent, application } from '../decide.ts';
import { isIrregular } from '../transitions.ts';

/** What there is of an application: its stream, and rows, some of which are from before the stream began. */
export type Sources = {
  events: readonly RecordedEvent<ApplicationEvent>[];
  /** Why, by the version of the event. */
  reasons: ReadonlyMap<number, string>;
  steps: readonly { from_status: string | null; to_status: string; note: string | null; created_at: Date }[];
  notes: readonly Existing[];
  documents: readonly Existing[];
};
type Existing = { id: number; created_at: Date };

/** What was at a time. */
export type AsOf = {
  status: string | null;
  source: string | null;
  contact_ids: number[];
  next_action_id: number | null;
};

/**
 * All that happened, in its order. Steps of the legacy timeline are what they say, and events add who made them; what only events
 * know, or only rows, is there too; nothing twice.
 */
export function historyOf({ events, reasons, steps, notes, documents }: Sources): HistoryEntry[] {
  const told = new Map<Sources['steps'][number], Told>();
  const others: HistoryEntry[] = [];
  const seen = { note: new Set<number>(), document: new Set<number>() };
  let state = application.initialState();
  for (const event of events) {
    const about = { who: event.actor ?? null, why: reasons.get(event.version) ?? null };
    const at = timeOf(event);
    const to = legacyStep(event, state);
    const step =
      to === null ? undefined : steps.findLast((each) => !told.has(each) && fits(each, state, to, at));
    if (step) told.set(step, about);
    else others.push(...entriesOf(event, at, about, steps.length > 0));
    if (event.type === 'ApplicationNoteAdded') seen.note.add(event.data.noteId);
    if (event.type === 'DocumentAttached') seen.document.add(event.data.documentId);
    state = application.evolve(state, event);
  }
  const ofSteps = steps.map((step) => ({ ...ofStep(step), ...known(step, told.get(step)) }));
  const unseen = (what: 'note' | 'document', rows: readonly Existing[]) =>
    rows.filter(({ id }) => !seen[what].has(id)).map(({ id, created_at: at }) => entry({ what, at, id }));
  const all = [...ofSteps, ...others, ...unseen('note', notes), ...unseen('document', documents)];
  return all.toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

/** What the history comes to, up to a time. */
export function asOf(entries: readonly HistoryEntry[], at: Date): AsOf {
  const was: AsOf = { status: null, source: null, contact_ids: [], next_action_id: null };
  for (const { what, to, id } of entries.filter((each) => each.at <= at)) {
    if (what === 'created' || what === 'moved') was.status = to;
    else if (what === 'source') was.source = to;
    else if (what === 'contact') was.contact_ids.push(id!);
    else if (what === 'contact_removed') was.contact_ids = was.contact_ids.filter((each) => each !== id);
    else if (what === 'next_action') was.next_action_id = id;
    else if (what === 'next_action_done') was.next_action_id = null;
  }
  return was;
}

type Told = Pick<HistoryEntry, 'who' | 'why'>;

/** The status that a step of the legacy timeline would lead to; null if there is none of it. */
function legacyStep({ type, data }: ApplicationEvent, { stage }: Application): string | null {
  if (type === 'ApplicationCreated' || type === 'ApplicationIrregular') return data.status;
  if (type !== 'ApplicationStatusChanged' || data.to === 'ghosted' || data.to === stage) return null;
  return data.to;
}

function fits(
  { from_status: from, to_status, created_at: made }: Sources['steps'][number],
  { status }: Application,
  to: string,
  at: Date,
): boolean {
  return to_status === to && from === status && made <= at;
}

/** The monolith's commit, for what it did; else when it was appended. */
function timeOf({ at, metadata }: Pick<RecordedEvent, 'at' | 'metadata'>): Date {
  return new Date((metadata?.committedAt as string | undefined) ?? at);
}

/** Of an event that no step of the timeline stands for. */
function entriesOf(
  { type, data }: ApplicationEvent,
  at: Date,
  about: Told,
  hasSteps: boolean,
): HistoryEntry[] {
  const one = (what: string, more: Partial<HistoryEntry> = {}) => [entry({ what, at, ...about, ...more })];
  switch (type) {
    case 'ApplicationCreated':
      // What there was when the stream began has its steps, if it has any.
      return hasSteps
        ? []
        : one('created', { to: data.status, ...(data.createdAt ? { at: new Date(data.createdAt) } : {}) });
    case 'ApplicationKnown':
      return hasSteps ? [] : one('moved', { to: data.status });
    case 'ApplicationIrregular':
      return one('moved', { to: data.status, irregular: true });
    case 'ApplicationStatusChanged':
      return one('moved', { from: data.from ?? null, to: data.to, irregular: data.irregular ?? false });
    case 'ApplicationSourceSet':
      return one('source', { to: data.source });
    case 'ApplicationNoteAdded':
      return one('note', { id: data.noteId });
    case 'ContactAdded':
      return one('contact', { id: data.contactId });
    case 'ContactRemoved':
      return one('contact_removed', { id: data.contactId });
    case 'NextActionSet':
      return one('next_action', { id: data.actionId });
    case 'NextActionDone':
      return one('next_action_done', { id: data.actionId });
    case 'DocumentAttached':
      return one('document', { id: data.documentId });
    case 'DocumentRemoved':
      return one('document_removed', { id: data.documentId });
    default:
      return [];
  }
}

function ofStep({
  from_status: from,
  to_status: to,
  created_at: at,
}: Sources['steps'][number]): HistoryEntry {
  const irregular = isIrregular(to, [{ from, to }]);
  return entry({ what: from === null ? 'created' : 'moved', at, from, to, irregular });
}

function known({ note }: Sources['steps'][number], told: Told | undefined): Told {
  return { who: told?.who ?? null, why: told?.why ?? note };
}

function entry(one: Pick<HistoryEntry, 'what' | 'at'> & Partial<HistoryEntry>): HistoryEntry {
  return { from: null, to: null, id: null, who: null, why: null, irregular: false, ...one };
}
