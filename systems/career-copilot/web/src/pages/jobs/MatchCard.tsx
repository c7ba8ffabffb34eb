import { Card, Link, Meter, Skeleton, SkeletonGroup } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useApiQuery } from '../../api/index.ts';
import type { Messages } from '../../i18n/catalogue.ts';
import { useFormats } from '../../i18n/index.ts';
import { type MatchPoint, toneOf } from './match.ts';
import styles from './Posting.module.css';
import { useReasonOfMatch } from './use-reason-of-match.ts';

type Part = keyof Messages['jobs']['match']['parts'];

/** How well a job fits, point by point. */
export function MatchCard({ id }: { id: number }) {
  const t = useTranslations('jobs.match');
  const { number } = useFormats();
  const match = useApiQuery('GET /api/v1/jobs/matches/{id}', { params: { path: { id } } });
  // The job is there without it.
  if (match.error) return null;
  return (
    <Card title={t('title')}>
      {match.data ? (
        <div className={styles.match}>
          <Meter
            label={t('score')}
            value={match.data.score}
            valueLabel={t('ofHundred', { score: number(match.data.score) })}
            tone={toneOf(match.data.score)}
          />
          <ul>
            {match.data.points.map((point) => (
              <li key={point.part}>
                <Point point={point} />
              </li>
            ))}
          </ul>
          <p>
            <Link href="/profile">{t('profile')}</Link>
          </p>
        </div>
      ) : (
        <SkeletonGroup label={t('title')}>
          <Skeleton shape="block" height="24rem" />
        </SkeletonGroup>
      )}
    </Card>
  );
}

function Point({ point }: { point: MatchPoint }) {
  const t = useTranslations('jobs.match');
  const { number } = useFormats();
  const say = useReasonOfMatch();
  const { part, points, of, reason } = point;
  return (
    <>
      <Meter
        label={t.has(`parts.${part as Part}`) ? t(`parts.${part as Part}`) : part}
        value={points}
        maxValue={Math.max(of, 0.1)}
        valueLabel={t('ofPoints', { points: number(points), of: number(of) })}
      />
      <p className={styles.because}>{say(reason)}</p>
    </>
  );
}
