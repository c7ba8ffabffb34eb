import { Button, showToast } from '@banyan/ui';
import { useTranslations } from 'use-intl';

/** Puts a text into the clipboard, and says whether it is there. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const t = useTranslations('settings.copy');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      showToast({ title: t('done'), tone: 'good' });
    } catch {
      // Browsers may forbid it, and have none without https.
      showToast({ title: t('failed'), tone: 'warning' });
    }
  };
  return (
    <Button size="small" icon="copy" onPress={() => void copy()}>
      {label}
    </Button>
  );
}
