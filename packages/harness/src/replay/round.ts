import { randomBytes } from 'node:crypto';
import { lastSegment, pathOf, type RecordedRequest, standIns } from '@banyan/gateway/recording';

type Id = string | number;

/** Where in a recording the values first appear that name rows. */
export class RecordedIds {
  readonly #requests: readonly RecordedRequest[];
  readonly #keep: ReadonlySet<string>;
  /** By value: the request whose answer showed it first, and the one that named it first. */
  readonly #answered = new Map<string, number>();
  readonly #named = new Map<string, number>();

  constructor(requests: readonly RecordedRequest[], keep: readonly string[]) {
    this.#requests = requests;
    this.#keep = new Set(keep);
    for (const [index, { params, ids }] of requests.entries()) {
      for (const value of Object.values(params)) note(this.#named, value, index);
      for (const [, id] of ids) note(this.#answered, String(id), index);
    }
  }

  isKept(name: string): boolean {
    return this.#keep.has(name);
  }

  /**
   * The request whose answer says, on the copy, what stands for this value. A value that was kept names the same row there, unless a
   * request of the recording has made that row. Null: no answer says it.
   */
  sourceOf(name: string, value: Id, before: number): number | null {
    const source = this.#answered.get(String(value));
    if (source === undefined || source >= before) return null;
    if (!this.isKept(name)) return source;
    const wasThere = (this.#named.get(String(value)) ?? before) <= source;
    return wasThere || this.#requests[source]!.method === 'GET' ? null : source;
  }

  /** Is it this request whose answer is to be believed? */
  isSource(value: Id, index: number): boolean {
    return this.#answered.get(String(value)) === index;
  }
}

function note(map: Map<string, number>, value: string, index: number): void {
  if (!map.has(value)) map.set(value, index);
}

/** A request as it is made on the copy; `names` are values by which it names rows there. */
export type Replayed = {
  path: string;
  headers: Record<string, string>;
  body: unknown;
  names: string[];
};

/** Once through a recording: what it names is other rows each time, and what it writes are other texts. */
export class Round {
  readonly #ids: RecordedIds;
  readonly #userOf: (recorded: string) => Id | undefined;
  readonly #standIns = standIns(randomBytes(32));
  /** By recorded value what stands for it on the copy. */
  readonly #known = new Map<string, Id>();
  readonly #done = new Map<number, PromiseWithResolvers<void>>();

  constructor(ids: RecordedIds, userOf: (recorded: string) => Id | undefined) {
    this.#ids = ids;
    this.#userOf = userOf;
  }

  /** The request on the copy, once the answers are there that say which rows it names; else why it cannot be made. */
  async prepare(request: RecordedRequest, index: number): Promise<Replayed | { left: string }> {
    if (request.left !== undefined) return { left: request.left };
    const sources = new Set<number>();
    const look = (name: string, value: Id) => {
      const source = this.#ids.sourceOf(name, value, index);
      if (source !== null) sources.add(source);
    };
    for (const [name, value] of [...Object.entries(request.params), ...request.query]) look(name, value);
    translated(request.body, (name, value) => {
      look(name, value);
      return value;
    });
    for (const source of sources) await this.#turnOf(source).promise;
    return this.#make(request, index);
  }

  /** Its answer is there, or never will be. `body` null: it is not to be learned from. */
  done(
    request: RecordedRequest,
    index: number,
    answer: { body: unknown; location: string | undefined } | null,
  ): void {
    if (answer !== null)
      for (const [pointer, id] of request.ids) {
        if (!this.#ids.isSource(id, index)) continue;
        const value = pointer === 'location' ? lastSegment(answer.location) : valueAt(answer.body, pointer);
        if (typeof value === 'string' || typeof value === 'number') this.#known.set(String(id), value);
      }
    this.#turnOf(index).resolve();
  }

  #make(request: RecordedRequest, index: number): Replayed | { left: string } {
    const names: string[] = [];
    const params: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.params)) {
      const found = this.#find(name, value, index);
      if (found === undefined) return { left: `a row that no answer of the recording names (${name})` };
      params[name] = String(found);
      names.push(params[name]);
    }
    const translate = (name: string, value: Id): Id => {
      const found = this.#find(name, value, index);
      if (found === undefined) return this.#standIns.value(value);
      names.push(String(found));
      return typeof value === 'number' && Number.isFinite(Number(found)) ? Number(found) : String(found);
    };
    const query = request.query.map(([name, value]): [string, string] => [
      name,
      String(translate(name, value)),
    ]);
    const search = query.length === 0 ? '' : `?${new URLSearchParams(query)}`;
    return {
      path: pathOf(request.path, params) + search,
      headers: request.headers,
      body: translated(request.body, translate),
      names,
    };
  }

  #find(name: string, value: Id, index: number): Id | undefined {
    const isFollowed = this.#ids.sourceOf(name, value, index) !== null;
    const known = isFollowed ? this.#known.get(String(value)) : undefined;
    return known ?? this.#userOf(String(value)) ?? (this.#ids.isKept(name) ? value : undefined);
  }

  #turnOf(index: number): PromiseWithResolvers<void> {
    const turn = this.#done.get(index) ?? Promise.withResolvers<void>();
    this.#done.set(index, turn);
    return turn;
  }
}

/** The body with other values in the same places: an object for JSON, a text for a form, undefined for none. */
function translated(body: RecordedRequest['body'], translate: (name: string, value: Id) => Id): unknown {
  if (body === undefined) return undefined;
  if ('form' in body)
    return String(
      new URLSearchParams(
        body.form.map(([name, value]): [string, string] => [name, String(translate(name, value))]),
      ),
    );
  const walk = (at: unknown, name: string): unknown => {
    if (typeof at === 'string' || typeof at === 'number') return translate(name, at);
    if (Array.isArray(at)) return at.map((element) => walk(element, name));
    if (typeof at !== 'object' || at === null) return at;
    return Object.fromEntries(Object.entries(at).map(([field, inner]) => [field, walk(inner, field)]));
  };
  return walk(body.json, '');
}

function valueAt(document: unknown, pointer: string): unknown {
  let at = document;
  for (const part of pointer.split('/').slice(1))
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[part] : undefined;
  return at;
}
