import { Badge, Icon } from '@banyan/ui';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { SOURCES, type SourceKind } from '../../../../api/sources.ts';
import { useAgo, useFormats } from '../../i18n/index.ts';
import styles from './Application.module.css';
import type { Happening } from './happenings.ts';
import { StateName } from './StateName.tsx';

const ICONS = {
  moved: 'forward',
  note: 'note',
  source: 'pin',
  document: 'document',
  document_removed: 'trash',
  contact: 'person',
  contact_removed: 'trash',
  next_action: 'clock',
  next_action_done: 'check',
} as const;

/** What happened to an application, the last first. The time of each leads to how it was then. */
export function Happenings({ happenings }: { happenings: readonly Happening[] }) {
  const t = useTranslations('applications.one.happened');
  const ago = useAgo();
  const format = useFormats();
  return (
    <ol className={styles.happenings} aria-label={t('title')}>
      {happenings.map((happening) => (
        <li key={happening.key} className={styles.happening}>
          <span className={styles.sign}>
            <Icon name={ICONS[happening.kind]} size={14} />
          </span>
          <div className={styles.about}>
            <div className={styles.what}>
              <What happening={happening} />
              <Link
                from="/applications/$id"
                to="/applications/$id"
                search={{ at: happening.at }}
                resetScroll={false}
                title={format.dateTime(happening.at)}
                aria-label={t('asOf', { ago: ago(happening.at), when: format.dateTime(happening.at) })}
                className={styles.when}
              >
                <time dateTime={happening.at}>{ago(happening.at)}</time>
              </Link>
            </div>
            <Words happening={happening} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function What({ happening }: { happening: Happening }) {
  const t = useTranslations('applications.one.happened');
  const by = happening.who === 'other' && <small className={styles.muted}>{t('bySomebodyElse')}</small>;
  return (
    <span className={styles.words}>
      <Told happening={happening} />
      {by}
    </span>
  );
}

function Told({ happening }: { happening: Happening }): ReactNode {
  const t = useTranslations('applications.one.happened');
  const sources = useTranslations('applications.sources');
  switch (happening.kind) {
    case 'moved':
      return t.rich(happening.from === null ? 'begun' : 'moved', {
        state: () => <StateName key="state" state={happening.to} />,
      });
    case 'note':
      return (
        <>
          {t('note')}
          {happening.isPrivate && <Badge icon="lock">{t('private')}</Badge>}
        </>
      );
    case 'source': {
      const { source } = happening;
      return t('source', { source: isSource(source) ? sources(source) : (source ?? '') });
    }
    default:
      return happening.name === null
        ? t(`nameless.${happening.kind}`)
        : t(`named.${happening.kind}`, { name: happening.name });
  }
}

function isSource(source: string | null): source is SourceKind {
  return (SOURCES as readonly (string | null)[]).includes(source);
}

/** As somebody wrote it. */
function Words({ happening }: { happening: Happening }) {
  const words =
    happening.kind === 'note' ? happening.body : happening.kind === 'moved' ? happening.why : null;
  return words === null ? null : <p className={styles.text}>{words}</p>;
}
