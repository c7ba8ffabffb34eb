import { Icon, IconButton, VisuallyHidden } from '@banyan/ui';
import { Link, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { session, useSession } from '../session/index.ts';
import { Brand } from './Brand.tsx';
import { type Destination, destinationsFor } from './destinations.ts';
import { DisplayMenus, MoreDrawer } from './later.tsx';
import styles from './Navigation.module.css';
import { useUnread } from './unread.ts';

/** A rail at the side with all that there is; on a phone a bar at the bottom with the first ones, the rest in a drawer. */
export function Navigation() {
  const t = useTranslations('shell');
  const [isMoreOpen, setMoreOpen] = useState(false);
  const [wasMoreOpen, setWasMoreOpen] = useState(false);
  const there = useDestinations();
  return (
    <>
      <header className={styles.top}>
        <Link to="/" className={styles.brand}>
          <Brand />
        </Link>
        <span className={styles.controls}>
          <DisplayMenus />
          <IconButton icon="logout" label={t('account.logOut')} onPress={() => void session.logOut()} />
        </span>
      </header>
      <nav aria-label={t('navigation.label')} className={styles.navigation}>
        <ul className={styles.list}>
          {there.map((each) => (
            <li key={each.name} className={each.isFirst ? undefined : styles.later}>
              <NavigationLink {...each} />
            </li>
          ))}
          <li className={styles.more} hidden={there.every(({ isFirst }) => isFirst)}>
            <button
              type="button"
              className={styles.link}
              aria-haspopup="dialog"
              aria-expanded={isMoreOpen}
              onClick={() => {
                setWasMoreOpen(true);
                setMoreOpen(true);
              }}
            >
              <Icon name="more" size={20} />
              <span className={styles.word}>{t('navigation.more')}</span>
            </button>
          </li>
        </ul>
      </nav>
      {wasMoreOpen && (
        <MoreDrawer isOpen={isMoreOpen} onClose={() => setMoreOpen(false)}>
          <ul className={styles.drawer}>
            {there
              .filter(({ isFirst }) => !isFirst)
              .map((each) => (
                <li key={each.name}>
                  <NavigationLink {...each} onClick={() => setMoreOpen(false)} />
                </li>
              ))}
          </ul>
        </MoreDrawer>
      )}
    </>
  );
}

function NavigationLink({ name, path, icon, onClick }: Destination & { onClick?: () => void }) {
  const t = useTranslations('shell.navigation');
  // Until the router has led away, it would be asked for as nobody.
  const isIn = useSession().status === 'in';
  return (
    // Which of them there are is known when the page runs (destinations.ts).
    <Link to={path as '/'} className={styles.link} activeOptions={{ exact: path === '/' }} onClick={onClick}>
      <Icon name={icon} size={20} />
      <span className={styles.word}>{t(name)}</span>
      {name === 'notifications' && isIn && <Unread />}
    </Link>
  );
}

function Unread() {
  const t = useTranslations('shell.navigation');
  const count = useUnread();
  if (!count) return null;
  return (
    <>
      <span aria-hidden="true" className={styles.count}>
        {count > MOST_COUNTED ? `${MOST_COUNTED}+` : count}
      </span>
      <VisuallyHidden> {t('unread', { count })}</VisuallyHidden>
    </>
  );
}

/** More is told as more. */
const MOST_COUNTED = 99;

function useDestinations(): Destination[] {
  const { routesByPath } = useRouter();
  const state = useSession();
  return destinationsFor(state.status === 'in' ? state.user.role : '', (path) =>
    Object.hasOwn(routesByPath, path),
  );
}
