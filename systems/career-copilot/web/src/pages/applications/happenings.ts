/** Something that happened to an application, as its page tells it. */
export type Happening = { key: string; at: string } & (
  | { kind: 'moved'; from: string | null; to: string; why: string | null }
  | { kind: 'note'; body: string; isPrivate: boolean }
  | { kind: 'document'; name: string }
);

type Step = {
  id: number;
  from_status: string | null;
  to_status: string;
  note: string | null;
  created_at: string;
};
type Note = { id: number; body: string; is_private: boolean; created_at: string };
type Document = { id: number; name: string; created_at: string };

/** All that happened, the last first. */
export function happeningsOf({
  steps,
  notes,
  documents,
}: {
  steps: readonly Step[];
  notes: readonly Note[];
  documents: readonly Document[];
}): Happening[] {
  const all: Happening[] = [
    ...steps.map(
      ({ id, from_status: from, to_status: to, note: why, created_at: at }): Happening => ({
        key: `step-${id}`,
        kind: 'moved',
        at,
        from,
        to,
        why,
      }),
    ),
    ...documents.map(
      ({ id, name, created_at: at }): Happening => ({ key: `document-${id}`, kind: 'document', at, name }),
    ),
    ...notes.map(
      ({ id, body, is_private: isPrivate, created_at: at }): Happening => ({
        key: `note-${id}`,
        kind: 'note',
        at,
        body,
        isPrivate,
      }),
    ),
  ];
  return all.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).toReversed();
}

/** The state that an application was in at a time; null: it was not there yet. */
export function stateAt(happenings: readonly Happening[], at: string): string | null {
  const moment = Date.parse(at);
  for (const happening of happenings)
    if (happening.kind === 'moved' && Date.parse(happening.at) <= moment) return happening.to;
  return null;
}
