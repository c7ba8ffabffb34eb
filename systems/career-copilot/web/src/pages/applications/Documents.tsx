import { Icon, Link } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import type { Answer } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import styles from './Application.module.css';
import { elsewhere, isKind } from './documents.ts';
import type { DOCUMENTS } from './reads.ts';

/** Documents of an application. */
export function Documents({ documents }: { documents: Answer<typeof DOCUMENTS> }) {
  const t = useTranslations('applications.one.documents');
  const format = useFormats();
  if (documents.length === 0) return <p className={styles.muted}>{t('none')}</p>;
  return (
    <ul className={styles.documents}>
      {documents.map(({ id, name, kind, url, created_at }) => {
        const address = elsewhere(url);
        return (
          <li key={id} className={styles.document}>
            <Icon name="document" />
            <span className={styles.about}>
              {address === null ? (
                <span>{name}</span>
              ) : (
                <Link href={address} externalLabel={t('elsewhere')}>
                  {name}
                </Link>
              )}
              <small className={styles.muted}>
                {isKind(kind) ? t(`kinds.${kind}`) : kind} · {format.date(created_at)}
              </small>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
