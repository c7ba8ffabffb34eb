import { Link, useRouter } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import styles from './Navigation.module.css';
import { destinations } from './navigation.ts';

export function Navigation() {
  const t = useTranslations('shell.navigation');
  const { routesByPath } = useRouter();
  const there = destinations.filter(({ path }) => Object.hasOwn(routesByPath, path));
  return (
    <nav aria-label={t('label')} className={styles.navigation}>
      <ul>
        {there.map(({ path, name }) => (
          <li key={name}>
            <Link to={path as '/'} className={styles.link} activeOptions={{ exact: path === '/' }}>
              {t(name)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
