import { IconButton, Menu, showToast } from '@banyan/ui';
import { useSyncExternalStore } from 'react';
import { useTranslations } from 'use-intl';
import { catalogue, LANGUAGES, type Language } from '../i18n/index.ts';
import { chooseTheme, subscribeTheme, THEMES, theme } from './theme.ts';

const THEME_ICONS = { system: 'settings', light: 'sun', dark: 'moon' } as const;

/** Language and colours, which whoever reads may choose before logging in. */
export function DisplayMenus() {
  return (
    <>
      <LanguageMenu />
      <ThemeMenu />
    </>
  );
}

function LanguageMenu() {
  const t = useTranslations('shell.language');
  const { language } = useSyncExternalStore(catalogue.subscribe, catalogue.loaded);
  const choose = (chosen: string) => {
    catalogue
      .choose(chosen as Language)
      .catch(() => showToast({ title: t('failed'), tone: 'danger' }, { timeout: 10_000 }));
  };
  return (
    <Menu
      trigger={<IconButton icon="globe" label={t('label')} />}
      selected={language}
      entries={LANGUAGES.map((id) => ({ id, label: t(id) }))}
      onAction={choose}
    />
  );
}

function ThemeMenu() {
  const t = useTranslations('shell.theme');
  const chosen = useSyncExternalStore(subscribeTheme, theme);
  return (
    <Menu
      trigger={<IconButton icon={chosen === 'dark' ? 'moon' : 'sun'} label={t('label')} />}
      selected={chosen}
      entries={THEMES.map((id) => ({ id, label: t(id), icon: THEME_ICONS[id] }))}
      onAction={chooseTheme}
    />
  );
}
