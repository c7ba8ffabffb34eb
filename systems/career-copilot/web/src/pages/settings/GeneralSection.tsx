import { Card, RadioGroup, Select, Stack, showToast } from '@banyan/ui';
import { useSyncExternalStore } from 'react';
import { useTranslations } from 'use-intl';
import { catalogue, LANGUAGES, type Language } from '../../i18n/index.ts';
import { Page } from '../../shell/Page.tsx';
import { chooseTheme, subscribeTheme, THEMES, theme } from '../../shell/theme.ts';
import styles from './Settings.module.css';

/** Of this browser: it is the same for whoever uses it. */
export function GeneralSection() {
  const t = useTranslations('settings.general');
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Stack gap={5}>
        <LanguageCard />
        <ThemeCard />
      </Stack>
    </Page>
  );
}

function LanguageCard() {
  const t = useTranslations('settings.general');
  const tShell = useTranslations('shell.language');
  const { language } = useSyncExternalStore(catalogue.subscribe, catalogue.loaded);
  const choose = (chosen: string) => {
    catalogue
      .choose(chosen as Language)
      .catch(() => showToast({ title: tShell('failed'), tone: 'danger' }, { timeout: 10_000 }));
  };
  return (
    <Card title={t('language')} description={t('languageText')}>
      <div className={styles.form}>
        <Select
          label={tShell('label')}
          isLabelHidden
          placeholder={tShell('label')}
          value={language}
          options={LANGUAGES.map((id) => ({ id, label: tShell(id) }))}
          onChange={choose}
        />
      </div>
    </Card>
  );
}

function ThemeCard() {
  const t = useTranslations('settings.general');
  const tTheme = useTranslations('shell.theme');
  const chosen = useSyncExternalStore(subscribeTheme, theme);
  return (
    <Card title={tTheme('label')} description={t('themeText')}>
      <RadioGroup
        label={tTheme('label')}
        isLabelHidden
        value={chosen}
        options={THEMES.map((id) => ({ id, label: tTheme(id) }))}
        onChange={chooseTheme}
      />
    </Card>
  );
}
