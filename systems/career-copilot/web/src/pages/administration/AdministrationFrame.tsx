import { LinkButton, LinkTabs } from '@banyan/ui';
import { Outlet, useLocation } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useSession } from '../../session/index.ts';
import { Page } from '../../shell/Page.tsx';
import styles from './Administration.module.css';
import { useSections } from './use-sections.ts';

const OVERVIEW = '/administration';

/** Around the parts of the administration. The API refuses whoever is no administrator; here they are told before they ask. */
export function AdministrationFrame() {
  const session = useSession();
  if (session.status === 'in' && session.user.role !== 'admin') return <NotForYou />;
  return (
    <div className={styles.frame}>
      <Parts />
      <Outlet />
    </div>
  );
}

function Parts() {
  const t = useTranslations('administration');
  const path = useLocation({ select: ({ pathname }) => pathname });
  const there = useSections().filter(({ feature }) => feature === 'there');
  if (there.length === 0) return null;
  const links = [
    { href: OVERVIEW, title: t('parts.overview') },
    ...there.map(({ name, path: href }) => ({ href, title: t(`parts.${name}`) })),
  ];
  const current = links.findLast(({ href }) => path === href || path.startsWith(`${href}/`));
  return <LinkTabs label={t('title')} links={links} current={current?.href} />;
}

function NotForYou() {
  const t = useTranslations('administration.notForYou');
  return (
    <Page
      title={t('title')}
      lead={t('text')}
      width="narrow"
      actions={
        <LinkButton href="/" variant="primary">
          {t('home')}
        </LinkButton>
      }
    >
      {null}
    </Page>
  );
}
