import { Icon, useCentred } from '@banyan/ui';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useRef } from 'react';
import { useTranslations } from 'use-intl';
import { useFeature } from '../../api/index.ts';
import styles from './Settings.module.css';
import { isWithin, SECTIONS, type Section } from './sections.ts';

/** Around the sections: a list of them beside what one of them shows, above it where there is no room. */
export function SettingsFrame() {
  const t = useTranslations('settings');
  return (
    <div className={styles.frame}>
      <nav aria-label={t('label')} className={styles.navigation}>
        <ul>
          {SECTIONS.map((section) => (
            <SectionLink key={section.name} section={section} />
          ))}
        </ul>
      </nav>
      <Outlet />
    </div>
  );
}

function SectionLink({ section: { name, path, icon, needs } }: { section: Section }) {
  const t = useTranslations('settings.sections');
  // What the monolith answers is always there.
  const isThere = useFeature(needs ?? 'GET /api/v1/auth/me') === 'there';
  const isShown = useLocation({ select: ({ pathname }) => isWithin(pathname, path) });
  const link = useRef<HTMLAnchorElement>(null);
  useCentred(link, isThere && isShown);
  if (!isThere) return null;
  return (
    <li>
      <Link
        ref={isShown ? link : undefined}
        to={path as '/settings'}
        className={styles.section}
        activeOptions={{ exact: name === 'general' }}
      >
        <Icon name={icon} size={18} />
        {t(name)}
      </Link>
    </li>
  );
}
