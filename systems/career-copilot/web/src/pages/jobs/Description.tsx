import { Card, Tags } from '@banyan/ui';
import { lazy, Suspense } from 'react';
import { useTranslations } from 'use-intl';
import styles from './Posting.module.css';
import { type Offer, paragraphsOf, shownOffer } from './posting.ts';
import type { Posting } from './use-posting.ts';

/** Reads HTML, which needs a parser: only where there is some. */
const Html = lazy(() => import('./Html.tsx').then(({ Html }) => ({ default: Html })));

/** What a job is about: as its source has it, where there is one; else the text that it has. */
export function Description({ job, offers }: { job: Posting; offers: readonly Offer[] }) {
  const t = useTranslations('jobs.posting');
  const html = shownOffer(offers)?.description;
  const text = (
    <>
      {paragraphsOf(job.description).map((paragraph, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs have nothing else, and never move
        <p key={at}>{paragraph}</p>
      ))}
    </>
  );
  return (
    <>
      {job.requirements.length > 0 && (
        <Card title={t('requirements')}>
          <Tags
            label={t('requirements')}
            isLabelHidden
            tags={job.requirements.map((skill) => ({ id: skill, label: skill }))}
          />
        </Card>
      )}
      <Card title={t('about')}>
        <div className={styles.text}>
          {html ? (
            <Suspense fallback={text}>
              <Html html={html} />
            </Suspense>
          ) : (
            text
          )}
        </div>
      </Card>
    </>
  );
}
