import type { Static, TObject, TSchema } from 'typebox';

/** An HTTP call that one service offers and others make: a query, or a command whose answer the caller waits for. */
export type Operation<
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends TSchema = TSchema,
  Answer extends TSchema = TSchema,
> = {
  /** The service that answers it, as discovery knows it. */
  service: string;
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** With `:name` for each of `params`. */
  path: string;
  params?: Params;
  query?: Query;
  body?: Body;
  /** The body of a good answer; none: 204. */
  answer?: Answer;
  /** That it may be sent again without harm. Default: GET, PUT and DELETE; a POST with an idempotency key always is. */
  idempotent?: boolean;
};

/** States an operation, typed by its schemas. */
export function operation<const O extends Operation>(stated: O): O {
  return stated;
}

/** What a caller gives: only what the operation asks for. */
export type OperationInput<O> = Given<O, 'params'> & Given<O, 'query'> & Given<O, 'body'>;

export type OperationAnswer<O> = O extends { answer: infer A extends TSchema } ? Static<A> : undefined;

type Given<O, Name extends string> =
  O extends Record<Name, infer S extends TSchema> ? Record<Name, Static<S>> : unknown;
