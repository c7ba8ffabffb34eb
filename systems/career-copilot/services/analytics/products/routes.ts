import { defineErrors, mediaOf, principalOf, role, type ServiceApp, signedIn } from '@banyan/service';
import { Type } from 'typebox';
import { activeUser, callerOf } from '../../../kit/active-user.ts';
import { careersOf } from '../careers/find.ts';
import type { Context } from '../context.ts';
import { completeSince } from '../hear.ts';
import { cataloguePage } from './catalogue.ts';
import { type Freshness, freshnessOf, PRODUCTS, type Product } from './products.ts';

const errors = defineErrors({
  NO_SUCH_PRODUCT: [404, 'There is no data product of this name and version.'],
  FOR_ADMINISTRATORS: [403, 'It is about all users, and for administrators.'],
  NOT_CALCULATED: [503, 'It is not calculated yet: ask again in a moment.'],
});

const OfFreshness = Type.Object({
  promise_seconds: Type.Number(),
  age_seconds: Type.Union([Type.Number(), Type.Null()]),
  kept: Type.Boolean(),
  complete_since: Type.Union([Type.String(), Type.Null()]),
});
const Entry = Type.Object({
  name: Type.String(),
  version: Type.Integer(),
  title: Type.String(),
  description: Type.String(),
  owner: Type.String(),
  audience: Type.String(),
  href: Type.String(),
  schema: Type.Unknown(),
  freshness: OfFreshness,
});
const PAGE = { description: 'The catalogue', ...mediaOf('text/html') };
const Path = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  version: Type.String({ pattern: '^v[1-9][0-9]{0,3}$' }),
});

/** The catalogue, as JSON and as a page, and the products themselves. */
export function productRoutes(app: ServiceApp, context: Context & { base: string }): void {
  const { pool, documents, overview, events, metrics, base } = context;
  const ofUser = activeUser(pool, { byEventsAlone: true });
  const now = async () => ({
    heardUntil: await overview.heardUntil(),
    overview: overview.latest(),
    completeSince: await completeSince(events),
  });

  /** What is told of a product is told to whoever watches, too. */
  const freshness = (product: Product, known: Awaited<ReturnType<typeof now>>): Freshness => {
    const found = freshnessOf(product, known, Date.now());
    const labels = { product: `${product.name}.v${product.version}` };
    metrics.gauge('product.promise_broken', labels, found.kept ? 0 : 1);
    if (found.age_seconds !== null) metrics.gauge('product.age_seconds', labels, found.age_seconds);
    return found;
  };

  app.get(
    '/analytics/products',
    { ...ofUser(), schema: { response: { 200: Type.Array(Entry) } } },
    async () => {
      const known = await now();
      return PRODUCTS.map((product) => {
        const { name, version, title, description, owner, audience, schema } = product;
        const href = `${base}/analytics/products/${name}/v${version}`;
        return {
          name,
          version,
          title,
          description,
          owner,
          audience,
          href,
          schema,
          freshness: freshness(product, known),
        };
      });
    },
  );

  app.get(
    '/analytics/catalogue',
    { ...ofUser(), schema: { response: { 200: PAGE } } },
    async (_request, reply) => {
      const known = await now();
      const entries = PRODUCTS.map((product) => ({ product, freshness: freshness(product, known) }));
      return await reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
        .send(cataloguePage(entries, `${base}/analytics/products`));
    },
  );

  app.get(
    '/analytics/products/:name/:version',
    {
      ...ofUser(),
      config: { allow: [signedIn], errors: [401, 403, 404, 503] },
      schema: {
        params: Path,
        response: {
          200: Type.Object({
            product: Type.String(),
            version: Type.Integer(),
            freshness: OfFreshness,
            data: Type.Unknown(),
          }),
        },
      },
    },
    async (request) => {
      const { name, version } = request.params;
      const product = PRODUCTS.find((one) => one.name === name && `v${one.version}` === version);
      if (!product) throw errors('NO_SUCH_PRODUCT');
      if (product.audience === 'administrators' && !role('admin')(principalOf(request), request))
        throw errors('FOR_ADMINISTRATORS');
      const known = await now();
      if (product.audience !== 'own' && known.overview === null) throw errors('NOT_CALCULATED');
      const { career, past } = await careersOf(documents, callerOf(request));
      const data = product.read({ career, past, overview: known.overview });
      return { product: name, version: product.version, freshness: freshness(product, known), data };
    },
  );
}
