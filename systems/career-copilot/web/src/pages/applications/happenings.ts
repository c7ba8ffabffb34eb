/** Something that happened to an application, as its page tells it. */
export type Happening = {
  key: string;
  at: string;
  /** Null: nobody knows; the legacy system did not say. */
  who: 'me' | 'other' | null;
} & (
  | { kind: 'moved'; from: string | null; to: string; why: string | null }
  | { kind: 'note'; body: string | null; isPrivate: boolean }
  | { kind: 'source'; source: string | null }
  | { kind: Named; name: string | null }
);
/** What is of something with a name; null once it is gone. */
type Named =
  | 'document'
  | 'document_removed'
  | 'contact'
  | 'contact_removed'
  | 'next_action'
  | 'next_action_done';

type Step = {
  id: number;
  from_status: string | null;
  to_status: string;
  note: string | null;
  created_at: string;
};
type Note = { id: number; body: string; is_private: boolean; created_at: string };
type Document = { id: number; name: string; created_at: string };
type Entry = {
  at: string;
  what: string;
  from: string | null;
  to: string | null;
  id: number | null;
  who: string | null;
  why: string | null;
};

/** All that happened as the monolith knows it, the last first. */
export function happeningsOf({
  steps,
  notes,
  documents,
}: {
  steps: readonly Step[];
  notes: readonly Note[];
  documents: readonly Document[];
}): Happening[] {
  const who = null;
  return lastFirst([
    ...steps.map(
      ({ id, from_status: from, to_status: to, note: why, created_at: at }): Happening => ({
        key: `step-${id}`,
        kind: 'moved',
        at,
        who,
        from,
        to,
        why,
      }),
    ),
    ...documents.map(
      ({ id, name, created_at: at }): Happening => ({
        key: `document-${id}`,
        kind: 'document',
        at,
        who,
        name,
      }),
    ),
    ...notes.map(
      ({ id, body, is_private: isPrivate, created_at: at }): Happening => ({
        key: `note-${id}`,
        kind: 'note',
        at,
        who,
        body,
        isPrivate,
      }),
    ),
  ]);
}

/** All that happened as the service knows it, the last first; what entries are about is named by what there is of it. */
export function happeningsIn(
  entries: readonly Entry[],
  {
    notes,
    named,
    me,
  }: {
    notes: readonly Note[];
    /** Names of documents, contacts and what is to be done, by id. */
    named: { document: Names; contact: Names; next_action: Names };
    /** The account of whoever looks. */
    me: string;
  },
): Happening[] {
  return lastFirst(
    entries.flatMap((entry, n): Happening[] => {
      const { what, at, id, from, to, why } = entry;
      const who = entry.who === null ? null : entry.who === me ? 'me' : 'other';
      const about = { key: `${what}-${id ?? n}-${at}`, at, who } as const;
      if (what === 'created' || what === 'moved')
        return [{ ...about, kind: 'moved', from: what === 'created' ? null : from, to: to ?? '', why }];
      if (what === 'source') return [{ ...about, kind: 'source', source: to }];
      if (what === 'note') {
        const note = notes.find((one) => one.id === id);
        return [{ ...about, kind: 'note', body: note?.body ?? null, isPrivate: note?.is_private ?? false }];
      }
      if (!isNamed(what)) return [];
      const names = named[what.replace(/_(removed|done)$/, '') as keyof typeof named];
      return [{ ...about, kind: what, name: (id !== null && names.get(id)) || null }];
    }),
  );
}

type Names = ReadonlyMap<number, string>;

const NAMED: readonly Named[] = [
  'document',
  'document_removed',
  'contact',
  'contact_removed',
  'next_action',
  'next_action_done',
];

function isNamed(what: string): what is Named {
  return (NAMED as readonly string[]).includes(what);
}

/** Of one moment, what followed stands in front. */
function lastFirst(happenings: readonly Happening[]): Happening[] {
  return happenings.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).toReversed();
}

/** What had happened until a time, and the state that it was in then; null: it was not there yet. */
export function asOf(
  happenings: readonly Happening[],
  at: string,
): { happenings: Happening[]; state: string | null } {
  const moment = Date.parse(at);
  const until = happenings.filter((one) => Date.parse(one.at) <= moment);
  const last = until.find((one) => one.kind === 'moved');
  return { happenings: until, state: last?.to ?? null };
}
