import { Card, Disclosure, EmptyState, Skeleton, Status } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { type Answer, useApiQuery } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import { Available } from '../../shell/Available.tsx';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Administration.module.css';
import { NotYet } from './NotYet.tsx';

const PRODUCTS = 'GET /api/v1/analytics/products';
type Product = Answer<typeof PRODUCTS>[number];

/** How old a product is changes by itself, ms. */
const LOOK_MS = 15_000;

/** The catalogue of data products: whose they are, what they promise, and whether it is kept. */
export function DataPage() {
  const t = useTranslations('administration.data');
  return (
    <Page title={t('title')} lead={t('lead')} width="full">
      <Available operation={PRODUCTS} skeleton={<ListSkeleton />} missing={<NotYet part="data" />}>
        <Products />
      </Available>
    </Page>
  );
}

function Products() {
  const t = useTranslations('administration.data');
  const products = useApiQuery(PRODUCTS, {}, { refetchInterval: LOOK_MS });
  return (
    <Reading of={products} failed={t('failed')} skeleton={<ListSkeleton />}>
      {(all) =>
        all.length === 0 ? (
          <EmptyState icon="table" title={t('none')} />
        ) : (
          <div className={styles.cards}>
            {all.map((product) => (
              <ProductCard key={`${product.name} ${product.version}`} product={product} />
            ))}
          </div>
        )
      }
    </Reading>
  );
}

function ProductCard({ product }: { product: Product }) {
  const t = useTranslations('administration.data');
  const format = useFormats();
  const { name, version, title, description, owner, audience, href, schema, freshness } = product;
  const { promise_seconds: promise, age_seconds: age, kept, complete_since: since } = freshness;
  return (
    <Card title={title} description={description}>
      <Status tone={kept ? 'good' : 'danger'}>{t(kept ? 'kept' : 'broken')}</Status>
      <dl className={styles.pairs}>
        <dt>{t('name')}</dt>
        <dd>
          <code>{`${name}.v${version}`}</code>
        </dd>
        <dt>{t('owner')}</dt>
        <dd>{owner}</dd>
        <dt>{t('audience')}</dt>
        <dd>{audience}</dd>
        <dt>{t('freshness')}</dt>
        <dd>
          {age === null
            ? t('ageUnknown', { promise: Math.round(promise) })
            : t('age', { age: Math.round(age), promise: Math.round(promise) })}
        </dd>
        <dt>{t('complete')}</dt>
        <dd>{since === null ? t('notYetComplete') : format.dateTime(since)}</dd>
        <dt>{t('address')}</dt>
        <dd>
          <code>{href}</code>
        </dd>
      </dl>
      <Disclosure title={t('schema')}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
        <section aria-label={t('schema')} className={styles.schema} tabIndex={0}>
          <pre>{JSON.stringify(schema, null, 2)}</pre>
        </section>
      </Disclosure>
    </Card>
  );
}

function ListSkeleton() {
  return <Skeleton shape="block" height="30rem" />;
}
