/** What somebody has begun to fill in, kept until it is sent: over a reload, without network, and when they were logged out meanwhile. */
type Draft = {
  /** When it was kept, ms. */
  at: number;
  values: Record<string, unknown>;
  /** Of what was sent last without an answer: sent again as it is, it is the same write. */
  sent: { body: string; idempotencyKey: string } | null;
};

/** Whose and of what; `version` is another one when the form has other fields. */
export type DraftName = { user: number | null; form: string; version: string };

export type Drafts = {
  read(name: DraftName): Draft | null;
  /** Keeps what is no secret. Where there is no room, nothing is kept. */
  keep(name: DraftName, values: Record<string, unknown>): void;
  /** The key by which a body is sent: that of before while it is the same body, else a new one, kept before anything is sent. */
  keyFor(name: DraftName, body: unknown): string;
  /** It was sent, or given up. `by`: whoever says so, who is not told of it. */
  discard(name: DraftName, by?: object): void;
  /** Tells when a draft is discarded by anybody else in this tab. */
  onDiscard(name: DraftName, self: object, listener: () => void): () => void;
  /** All of one person: they have logged out of a device that others may use. */
  discardAll(user: number): void;
};

const PREFIX = 'career-copilot-draft';
/** A draft that nobody has come back to for so long is forgotten, ms. */
export const KEPT_MS = 30 * 86_400_000;

export function createDrafts(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>,
  { now, newKey }: { now: () => number; newKey: () => string },
): Drafts {
  const read = (name: DraftName): Draft | null => {
    const kept = parsed(attempt(() => storage.getItem(keyOf(name))));
    return kept !== null && kept.version === name.version && kept.at + KEPT_MS > now() ? kept : null;
  };
  const write = (name: DraftName, draft: Omit<Draft, 'at'>) =>
    attempt(() =>
      storage.setItem(keyOf(name), JSON.stringify({ ...draft, at: now(), version: name.version })),
    );
  const drop = (is: (key: string) => boolean) =>
    attempt(() => {
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
      for (const key of keys.filter(is)) storage.removeItem(key);
    });

  const watched = new Set<{ key: string; self: object; listener: () => void }>();

  drop((key) => key.startsWith(`${PREFIX}:`) && isOld(parsed(storage.getItem(key)), now()));
  return {
    read,
    keep: (name, values) =>
      void write(name, { values: withoutSecrets(values), sent: read(name)?.sent ?? null }),
    keyFor: (name, body) => {
      const before = read(name);
      const text = JSON.stringify(body);
      if (before?.sent?.body === text) return before.sent.idempotencyKey;
      const idempotencyKey = newKey();
      write(name, { values: before?.values ?? {}, sent: { body: text, idempotencyKey } });
      return idempotencyKey;
    },
    discard: (name, by) => {
      attempt(() => storage.removeItem(keyOf(name)));
      for (const { key, self, listener } of [...watched]) if (key === keyOf(name) && self !== by) listener();
    },
    onDiscard: (name, self, listener) => {
      const one = { key: keyOf(name), self, listener };
      watched.add(one);
      return () => void watched.delete(one);
    },
    discardAll: (user) => void drop((key) => key.startsWith(`${PREFIX}:${user}:`)),
  };
}

/** Without fields that hold what nobody else may find on the device. */
export function withoutSecrets<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutSecrets) as T;
  if (typeof value !== 'object' || value === null) return value;
  const open = Object.entries(value).filter(([name]) => !SECRET.test(name));
  return Object.fromEntries(open.map(([name, one]) => [name, withoutSecrets(one)])) as T;
}

const SECRET = /password|passphrase|secret|token|^code$|^pin$/i;

/** Another one for each set of fields. */
export function versionOf(schema: unknown): string {
  let hash = 0;
  for (const character of JSON.stringify(schema)) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0;
  return (hash >>> 0).toString(36);
}

function keyOf({ user, form }: DraftName): string {
  return `${PREFIX}:${user ?? 'nobody'}:${form}`;
}

function isOld(draft: Draft | null, now: number): boolean {
  return draft === null || draft.at + KEPT_MS <= now;
}

function parsed(text: string | null | undefined): (Draft & { version: string }) | null {
  try {
    const draft = JSON.parse(text ?? 'null');
    return typeof draft?.values === 'object' && draft.values !== null && typeof draft.at === 'number'
      ? draft
      : null;
  } catch {
    return null;
  }
}

/** Storage may be full, or blocked: then nothing is kept, and the form works as it does. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
