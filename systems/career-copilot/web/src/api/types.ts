import type { FetchOptions } from 'openapi-fetch';
import type {
  HttpMethod,
  OperationRequestBodyContent,
  SuccessResponseJSON,
} from 'openapi-typescript-helpers';
import type { OPERATIONS } from './operations.generated.ts';
import type { paths } from './schema.d.ts';

/** `GET /api/v1/jobs/{id}`: every operation of the public API, described or not (a stream). */
export type OperationName = keyof typeof OPERATIONS;

/** Those whose requests and answers are described. */
export type Operation = {
  [Path in keyof paths & string]: {
    [Method in HttpMethod]: paths[Path][Method] extends object ? `${Uppercase<Method>} ${Path}` : never;
  }[HttpMethod];
}[keyof paths & string];

/** Those that only read. */
export type Read = Extract<Operation, `GET ${string}`>;
export type Write = Exclude<Operation, Read>;

/** What is sent: `params` (`path`, `query`, `header`) and `body`, as far as the operation has them. */
export type Input<O extends Operation> = Pick<
  FetchOptions<Shape<O>>,
  Extract<keyof FetchOptions<Shape<O>>, 'params' | 'body'>
>;

/** The body of a good answer; undefined where it has none. */
export type Answer<O extends Operation> = [SuccessResponseJSON<Shape<O>>] extends [never]
  ? undefined
  : SuccessResponseJSON<Shape<O>>;

export type Body<O extends Operation> = OperationRequestBodyContent<Shape<O>>;

export type Query<O extends Operation> =
  Shape<O> extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;

type Shape<O extends Operation> = O extends `${infer Method} ${infer Path extends keyof paths & string}`
  ? Extract<paths[Path][Lowercase<Method> & keyof paths[Path]], object>
  : never;
