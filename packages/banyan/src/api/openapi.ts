import type { FastifyInstance } from 'fastify';

type Described = { summary?: string; params?: ObjectSchema; querystring?: ObjectSchema; body?: ObjectSchema };
type ObjectSchema = { properties: Record<string, object>; required?: string[] };

/** Collects the routes added to an app from now on; the function it gives writes them as OpenAPI 3.1. */
export function describeApi(app: FastifyInstance): () => object {
  const paths: Record<string, Record<string, object>> = {};
  app.addHook('onRoute', ({ method, url, schema }) => {
    const path = url.replace(/:(\w+)/g, '{$1}');
    for (const verb of [method].flat()) {
      if (verb === 'HEAD') continue;
      paths[path] ??= {};
      paths[path][verb.toLowerCase()] = describeOperation(
        (schema ?? {}) as Described,
        url.startsWith('/health/'),
      );
    }
  });
  return () => ({
    openapi: '3.1.0',
    info: { title: "Banyan's control plane", version: '1' },
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths,
  });
}

function describeOperation({ summary, params, querystring, body }: Described, open: boolean): object {
  return {
    ...(summary ? { summary } : {}),
    ...(open ? { security: [] } : {}),
    parameters: [...describeParameters('path', params), ...describeParameters('query', querystring)],
    ...(body ? { requestBody: { content: { 'application/json': { schema: body } } } } : {}),
    responses: {
      '2XX': { description: 'Done' },
      default: {
        description: 'RFC 9457 problem with code and hint',
        content: { 'application/problem+json': {} },
      },
    },
  };
}

function describeParameters(place: 'path' | 'query', schema: ObjectSchema | undefined): object[] {
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (schema?.required ?? []).includes(name),
    schema: property,
  }));
}
