import createClient from 'openapi-fetch';
import { errorOfAnswer, errorOfFailure, isCancelled, parametersOf } from './errors.ts';
import { OPERATIONS } from './operations.generated.ts';
import type { paths } from './schema.d.ts';
import { sendWithProgress } from './send-with-progress.ts';
import type { Answer, Input, Operation, OperationName } from './types.ts';

/** How long an answer is waited for, ms. */
const READ_MS = 15_000;
const WRITE_MS = 30_000;
const UPLOAD_MS = 300_000;

export type CallOptions = {
  /** Aborts when nobody waits for the answer any more. */
  signal?: AbortSignal | undefined;
  /** So that a write may be sent again; of operations that take one (`takesKey`). */
  idempotencyKey?: string | undefined;
  /** The version that a write is meant for, as `answer.response` of the read had it in `etag`. */
  ifMatch?: string | undefined;
  /** Of an upload: how much of it has been sent, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
  /** Default 15 s to read, 30 s to write, 5 min to upload. */
  timeoutMs?: number | undefined;
};

export type Api = {
  /** The body of a good answer. Rejects with `ApiError`, or as `fetch` does when the signal aborts. Sends once (repeat.ts). */
  call<O extends Operation>(operation: O, input: Input<O>, options?: CallOptions): Promise<Answer<O>>;
  /** As `call`, with status and headers of the answer. */
  callForAnswer<O extends Operation>(
    operation: O,
    input: Input<O>,
    options?: CallOptions,
  ): Promise<{ data: Answer<O>; response: Response }>;
  /** A file as the body of the request, under the type that it says. */
  upload<O extends Operation>(
    operation: O,
    input: Omit<Input<O>, 'body'> & { file: Blob },
    options?: CallOptions,
  ): Promise<Answer<O>>;
  /** A file as the answer. */
  download(operation: Operation, input: object, options?: CallOptions): Promise<Blob>;
  /** A request of its own making, as whoever is logged in: of a stream. */
  fetch: (request: Request) => Promise<Response>;
  /** Hears of each answer whether the operation is there; returns a function that ends it. */
  onAnswer(listener: (operation: OperationName, isThere: boolean) => void): () => void;
};

/** What the client needs of the page. */
export type ApiParts = {
  /** `send`: in place of what it sends by otherwise. */
  fetch: (request: Request, send?: (request: Request) => Promise<Response>) => Promise<Response>;
  isOnline: () => boolean;
  now: () => number;
  /** Default: of the page. */
  baseUrl?: string;
};

/** The public API, typed by its OpenAPI. */
export function createApi({ fetch, isOnline, now, baseUrl }: ApiParts): Api {
  const client = createClient<paths>({
    fetch: (request) => fetch(request),
    ...(baseUrl === undefined ? {} : { baseUrl }),
  });
  const listeners = new Set<(operation: OperationName, isThere: boolean) => void>();
  const tell = (operation: OperationName, isThere: boolean) => {
    for (const listener of listeners) listener(operation, isThere);
  };

  async function send(operation: Operation, init: Record<string, unknown>, options: CallOptions) {
    const [method, path] = operation.split(' ') as [string, string];
    const isSafe = method === 'GET';
    const timeoutMs = options.timeoutMs ?? (isSafe ? READ_MS : WRITE_MS);
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const { data, error, response } = await request(method, path, {
        ...init,
        headers: { ...(init.headers as object), ...headersOf(operation, options) },
        signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
      });
      if (!response.ok) {
        const of = { parameters: parametersOf(path), now: now() };
        throw errorOfAnswer({ status: response.status, headers: response.headers, body: error }, of);
      }
      tell(operation, true);
      return { data, response };
    } catch (cause) {
      if (isCancelled(cause)) throw cause;
      const failure = errorOfFailure(cause, { isOnline: isOnline(), isSafe });
      if (saysWhetherThere(failure.status)) tell(operation, failure.code !== 'NO_SUCH_ROUTE');
      throw failure;
    }
  }

  // The types of an operation that is not known before it is called are those of `Api`.
  const request = client.request as unknown as (
    method: string,
    path: string,
    init: object,
  ) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

  const answer = async (operation: Operation, init: object, options: CallOptions = {}) =>
    (await send(operation, init as Record<string, unknown>, options)) as { data: never; response: Response };

  return {
    fetch: (request) => fetch(request),
    call: async (operation, input, options) => (await answer(operation, input, options)).data,
    callForAnswer: (operation, input, options) => answer(operation, input, options),
    upload: async (operation, { file, ...input }, options) => {
      const headers = { 'content-type': file.type || 'application/octet-stream' };
      const onProgress = options?.onProgress;
      const init = {
        ...input,
        body: file,
        bodySerializer: (body: unknown) => body,
        headers,
        ...(onProgress && {
          fetch: (request: Request) => fetch(request, (sent) => sendWithProgress(sent, onProgress)),
        }),
      };
      return (await answer(operation, init, { timeoutMs: UPLOAD_MS, ...options })).data;
    },
    download: async (operation, input, options) =>
      (await answer(operation, { ...input, parseAs: 'blob' }, options)).data,
    onAnswer: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Whether what has failed may be sent again by itself: a read, or a write with its key. */
export function mayRepeat(operation: Operation, { idempotencyKey }: CallOptions = {}): boolean {
  return operation.startsWith('GET ') || (takesKey(operation) && idempotencyKey !== undefined);
}

/** Whether the server knows a write again by its Idempotency-Key. */
function takesKey(operation: OperationName): boolean {
  return 'takesKey' in OPERATIONS[operation];
}

/** Of an error: who is refused for want of a token or of room was not heard by the route. */
function saysWhetherThere(status: number | null): boolean {
  return (
    status !== null && status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 429
  );
}

function headersOf(operation: Operation, { idempotencyKey, ifMatch }: CallOptions): Record<string, string> {
  if (idempotencyKey !== undefined && !takesKey(operation))
    throw new TypeError(`${operation} takes no Idempotency-Key`);
  return {
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
  };
}
