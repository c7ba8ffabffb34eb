import type { Queryable } from '@banyan/postgres';
import { decrypt, encrypt } from './cipher.ts';
import { EventStoreError } from './errors.ts';
import type { SubjectKey, SubjectKeys } from './keys.ts';
import { FORGOTTEN } from './types.ts';

/** An event on its way to or from its row, of which `personal` names the encrypted fields. */
export type Encryptable = {
  id: string;
  subject?: string | null;
  personal: readonly string[] | null;
  data: Record<string, unknown>;
};

/** Replaces each personal field by its encrypted value, with the key of the event's subject. */
export async function encryptPersonal(
  db: Queryable,
  keys: SubjectKeys,
  events: Encryptable[],
): Promise<void> {
  const wanted = events.filter(({ personal }) => personal);
  if (wanted.length === 0) return;
  const found = await keys.findOrMake(db, subjectsOf(wanted));
  for (const event of wanted) {
    const { id, key } = found.get(event.subject!)!;
    event.data = { ...event.data };
    for (const field of event.personal!) {
      const plain = Buffer.from(JSON.stringify(event.data[field]));
      event.data[field] = `${id}.${encrypt(key, plain, `${event.id}:${field}`).toString('base64')}`;
    }
  }
}

/** Decrypts encrypted fields in place; where the key is gone, `FORGOTTEN` stands instead. Returns the fields so forgotten. */
export async function decryptPersonal(
  db: Queryable,
  keys: SubjectKeys,
  events: readonly Encryptable[],
): Promise<Map<Encryptable, string[]>> {
  const forgotten = new Map<Encryptable, string[]>();
  const wanted = events.filter(({ personal }) => personal);
  if (wanted.length === 0) return forgotten;
  const found = await keys.find(db, subjectsOf(wanted));
  for (const event of wanted) {
    for (const field of event.personal!) {
      const opened = decryptField(event, field, found.get(event.subject!));
      event.data[field] = opened === undefined ? FORGOTTEN : JSON.parse(opened.toString());
      if (opened === undefined) forgotten.set(event, [...(forgotten.get(event) ?? []), field]);
    }
  }
  return forgotten;
}

function decryptField(
  { id, data }: Encryptable,
  field: string,
  key: SubjectKey | undefined,
): Buffer | undefined {
  const [keyId, encrypted] = String(data[field]).split('.') as [string, string];
  // Another key id: the subject was forgotten and came back, so this belongs to a key that is gone.
  if (!key || key.id !== keyId) return undefined;
  try {
    return decrypt(key.key, Buffer.from(encrypted, 'base64'), `${id}:${field}`);
  } catch (error) {
    throw new EventStoreError('SEALED_DATA_CORRUPT', { event: id, field }, error);
  }
}

function subjectsOf(events: readonly Encryptable[]): string[] {
  return [...new Set(events.map(({ subject }) => subject!))].sort();
}
