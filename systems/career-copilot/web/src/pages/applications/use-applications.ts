import { useMemo, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { useAllPages, useApiPages } from '../../api/index.ts';
import { LIST, LIST_INPUT, TRACKED } from './reads.ts';
import { rowsOfMonolith, rowsOfService } from './rows.ts';
import { type Side, sideOf } from './side.ts';
import { useTracking } from './use-tracking.ts';

/** All applications of whoever is logged in, of whichever side answers. */
export function useApplications() {
  const t = useTranslations('applications');
  const tracking = useTracking();
  const monolith = useAllPages(
    useApiPages(LIST, LIST_INPUT, 'applications', { enabled: tracking !== 'there' }),
  );
  const service = useAllPages(useApiPages(TRACKED, LIST_INPUT, 'items', { enabled: tracking === 'there' }));
  const shown = useRef<Side>('none');
  const has = { monolith: isWhole(monolith), service: isWhole(service) };
  const side = sideOf({ tracking, has, shown: shown.current });
  shown.current = side;

  const rows = useMemo(
    () => (side === 'service' ? rowsOfService(service.rows, t('nameless')) : rowsOfMonolith(monolith.rows)),
    [side, service.rows, monolith.rows, t],
  );
  const read = side === 'service' || tracking === 'there' ? service : monolith;
  return {
    rows,
    /** Whether there are the states, sources and actions that only the service knows. */
    isTracked: side === 'service',
    /** For `Reading`. */
    reading: { ...read, data: side === 'none' ? undefined : true },
  };
}

function isWhole({ data, hasNextPage }: { data: unknown; hasNextPage: boolean }): boolean {
  return data !== undefined && !hasNextPage;
}
