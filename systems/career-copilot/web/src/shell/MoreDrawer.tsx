import { Drawer } from '@banyan/ui';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';

/** What does not find room in the bar of a phone. */
export function MoreDrawer({
  isOpen,
  onClose,
  children,
}: {
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const t = useTranslations('shell.navigation');
  return (
    <Drawer title={t('more')} isOpen={isOpen} onOpenChange={onClose} closeLabel={t('close')}>
      {children}
    </Drawer>
  );
}
