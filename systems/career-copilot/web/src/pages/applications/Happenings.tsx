import { Badge, Icon, Status } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useAgo, useFormats } from '../../i18n/index.ts';
import styles from './Application.module.css';
import type { Happening } from './happenings.ts';
import { isStatus, TONES } from './states.ts';

const ICONS = { moved: 'forward', note: 'note', document: 'document' } as const;

/** What happened to an application, the last first. */
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
            <p className={styles.what}>
              <What happening={happening} />
              <time dateTime={happening.at} title={format.dateTime(happening.at)}>
                {ago(happening.at)}
              </time>
            </p>
            <Words happening={happening} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function What({ happening }: { happening: Happening }) {
  const t = useTranslations('applications.one.happened');
  if (happening.kind === 'moved')
    return (
      <span className={styles.moved}>
        {t.rich(happening.from === null ? 'begun' : 'moved', { state: () => <State state={happening.to} /> })}
      </span>
    );
  if (happening.kind === 'document') return <span>{t('document', { name: happening.name })}</span>;
  return (
    <span>
      {t('note')} {happening.isPrivate && <Badge icon="lock">{t('private')}</Badge>}
    </span>
  );
}

function State({ state }: { state: string }) {
  const t = useTranslations('applications.states');
  return isStatus(state) ? <Status tone={TONES[state]}>{t(state)}</Status> : <Status>{state}</Status>;
}

/** As somebody wrote it. */
function Words({ happening }: { happening: Happening }) {
  const words =
    happening.kind === 'note' ? happening.body : happening.kind === 'moved' ? happening.why : null;
  return words === null ? null : <p className={styles.text}>{words}</p>;
}
