import { Card, Funnel, Skeleton } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useApiQuery } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import { Reading } from '../../shell/Reading.tsx';

/** How far applications have come, whatever became of them. */
export function FunnelCard() {
  const t = useTranslations('dashboard.funnel');
  const format = useFormats();
  const funnel = useApiQuery('GET /api/v1/analytics/funnel', {});
  return (
    <Card>
      <Reading of={funnel} failed={t('failed')} skeleton={<Skeleton shape="block" height="18rem" />}>
        {({ stages }) => (
          <Funnel
            title={t('title')}
            level={2}
            steps={stages.map(({ stage, count, rate }) => ({
              id: stage,
              label: t(`stages.${stage}`),
              value: count,
              text: format.number(count),
              ...(stage !== 'applied' && { share: t('ofApplied', { share: format.percent(rate) }) }),
            }))}
          />
        )}
      </Reading>
    </Card>
  );
}
