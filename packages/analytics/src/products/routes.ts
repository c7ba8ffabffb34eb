import { type Metrics, mediaOf, type ServiceApp, spellRoutes } from '@banyan/service';
import { Type } from 'typebox';
import { errors } from '../errors.ts';
import { isAdmin } from '../is-admin.ts';
import type { Calculated, Overviews } from '../overview/overview.ts';
import type { RoutesHost } from '../routes-host.ts';
import type { UserId } from '../system.ts';
import { cataloguePage } from './catalogue.ts';
import { type Freshness, freshnessOf, type Product, type productMetrics } from './products.ts';

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

type ProductsHost<Own extends object, All extends Calculated> = Pick<
  RoutesHost,
  'system' | 'access' | 'own'
> & {
  products: readonly Product<Own, All>[];
  overview: Overviews<All>;
  metrics: Metrics<typeof productMetrics>;
  /** What is known of somebody. */
  ownOf(userId: UserId): Promise<Own>;
  completeSince(): Promise<Date | null>;
};

/** The catalogue, as JSON and as a page, and the products themselves. */
export function productRoutes<Own extends object, All extends Calculated>(
  app: ServiceApp,
  host: ProductsHost<Own, All>,
): void {
  app.register(async (spelled: ServiceApp) => {
    spellRoutes(spelled, host.system);
    addRoutes(spelled, host);
  });
}

function addRoutes<Own extends object, All extends Calculated>(
  app: ServiceApp,
  { system, access, own, products, overview, metrics, ownOf, completeSince }: ProductsHost<Own, All>,
): void {
  const base = `${system.paths.api}${own}/products`;
  const ofCaller = access.signedIn(404, 503);
  const now = async () => ({
    heardUntil: await overview.heardUntil(),
    overview: overview.latest(),
    completeSince: await completeSince(),
  });

  /** What is told of a product is told to whoever watches, too. */
  const freshness = (product: Product<Own, All>, known: Awaited<ReturnType<typeof now>>): Freshness => {
    const found = freshnessOf(product, known, Date.now());
    const labels = { product: `${product.name}.v${product.version}` };
    metrics.gauge('product.promise_broken', labels, found.kept ? 0 : 1);
    if (found.age_seconds !== null) metrics.gauge('product.age_seconds', labels, found.age_seconds);
    return found;
  };

  app.get(
    `${own}/products`,
    { ...access.signedIn(), schema: { response: { 200: Type.Array(Entry) } } },
    async () => {
      const known = await now();
      return products.map((product) => {
        const { name, version, title, description, owner, audience, schema } = product;
        const href = `${base}/${name}/v${version}`;
        return {
          ...{ name, version, title, description, owner, audience, href, schema },
          freshness: freshness(product, known),
        };
      });
    },
  );

  app.get(
    `${own}/catalogue`,
    { ...access.signedIn(), schema: { response: { 200: PAGE } } },
    async (_request, reply) => {
      const known = await now();
      const entries = products.map((product) => ({ product, freshness: freshness(product, known) }));
      return await reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
        .send(cataloguePage(system.title, entries, base));
    },
  );

  app.get(
    `${own}/products/:name/:version`,
    {
      onRequest: ofCaller.onRequest,
      // No client reads them in the name of a user.
      config: { allow: ofCaller.config.allow, errors: ofCaller.config.errors },
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
      const product = products.find((one) => one.name === name && `v${one.version}` === version);
      if (!product) throw errors('NO_SUCH_PRODUCT');
      if (product.audience === 'administrators' && !isAdmin(access, request))
        throw errors('FOR_ADMINISTRATORS');
      const known = await now();
      if (product.audience !== 'own' && known.overview === null) throw errors('NOT_CALCULATED');
      const data = product.read({ ...(await ownOf(access.callerOf(request))), overview: known.overview });
      return { product: name, version: product.version, freshness: freshness(product, known), data };
    },
  );
}
