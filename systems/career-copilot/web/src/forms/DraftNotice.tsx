import { Banner, Button } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useAgo } from '../i18n/index.ts';
import type { FormDraft } from './form.tsx';

/** Says that what is shown was kept from before, with the way to begin anew; nothing where it was not. */
export function DraftNotice({ draft: { restoredAt, discard } }: { draft: FormDraft }) {
  const t = useTranslations('forms.draft');
  const ago = useAgo();
  if (restoredAt === null) return null;
  return (
    <Banner
      action={
        <Button size="small" onPress={discard}>
          {t('discard')}
        </Button>
      }
    >
      {t('restored', { when: ago(new Date(restoredAt)) })}
    </Banner>
  );
}
