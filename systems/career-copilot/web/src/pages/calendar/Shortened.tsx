import { Button } from '@banyan/ui';
import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import styles from './Calendar.module.css';

/** The first of a list, and the rest of it for who asks. */
export function Shortened<Item>({
  items,
  most,
  children,
}: {
  items: readonly Item[];
  most: number;
  children: (shown: readonly Item[]) => ReactNode;
}) {
  const t = useTranslations('calendar.day');
  const [isWhole, setWhole] = useState(false);
  // One more takes no more room than saying so.
  const isLong = !isWhole && items.length > most + 1;
  return (
    <>
      {children(isLong ? items.slice(0, most) : items)}
      {isLong && (
        <div className={styles.rest}>
          <Button size="small" onPress={() => setWhole(true)}>
            {t('showMore', { count: items.length - most })}
          </Button>
        </div>
      )}
    </>
  );
}
