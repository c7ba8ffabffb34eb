import { SkeletonGroup } from '@banyan/ui';
import type { ReactElement, ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useFeature } from '../api/index.ts';
import type { OperationName } from '../api/types.ts';

/** What only a service has: its place until that is known, and `missing` for whoever comes by its address while the service is not there. */
export function Available({
  operation,
  skeleton,
  missing,
  children,
}: {
  operation: OperationName;
  /** Of the size of what comes. */
  skeleton: ReactElement;
  missing: ReactNode;
  children: ReactNode;
}): ReactNode {
  const t = useTranslations('shell');
  const feature = useFeature(operation);
  if (feature === 'there') return children;
  if (feature === 'missing') return missing;
  return <SkeletonGroup label={t('starting')}>{skeleton}</SkeletonGroup>;
}
