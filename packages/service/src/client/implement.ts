import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { ServiceApp } from '../http/types.ts';
import type { Operation, OperationAnswer, OperationInput } from './operation.ts';

/** Answers an operation: with what its contract promises, given what it asks for. */
export type Handler<O> = (
  input: OperationInput<O>,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<Answered<O>> | Answered<O>;

type Answered<O> = O extends { answer: TSchema } ? OperationAnswer<O> : unknown;

/**
 * Registers a route for each operation of the contract that `handlers` names: method, path and schemas are the
 * contract's, so they are stated once. An operation without an answer is answered by 204. Routes further options, e.g.
 * who may, are given by `options`.
 *
 * @example
 * implement(app, contracts.operations, {
 *   getUser: async ({ params }) => await findUser(pool, params.id),
 * });
 */
export function implement<Ops extends Record<string, Operation>, Named extends keyof Ops & string>(
  app: ServiceApp,
  operations: Ops,
  handlers: { [Name in Named]: Handler<Ops[Name]> },
  options: { [Name in Named]?: Partial<Parameters<ServiceApp['route']>[0]> } = {},
): void {
  for (const name of Object.keys(handlers) as Named[]) {
    const operation = operations[name];
    if (!operation) throw new TypeError(`The contract has no operation ${name}`);
    const { method, path, params, query, body, answer } = operation;
    const schema: Record<string, TSchema | Record<number, TSchema> | string> = { operationId: name };
    if (params) schema.params = params;
    if (query) schema.querystring = query;
    if (body) schema.body = body;
    schema.response = answer ? { 200: answer } : { 204: Type.Null() };
    app.route({
      ...options[name],
      method,
      url: path,
      schema: { ...options[name]?.schema, ...schema },
      handler: async (request, reply) => {
        const input = { params: request.params, query: request.query, body: request.body };
        const result = await handlers[name](input as OperationInput<Ops[Named]>, request, reply);
        if (reply.sent) return reply;
        return answer ? result : await reply.code(204).send();
      },
    });
  }
}
