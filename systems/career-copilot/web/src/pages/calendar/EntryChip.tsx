import { Badge, Icon, Link, VisuallyHidden } from '@banyan/ui';
import { Link as RouterLink } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useFormats } from '../../i18n/index.ts';
import styles from './Calendar.module.css';
import { callIn, type Entry } from './entries.ts';
import { Shortened } from './Shortened.tsx';

const ICONS = { interview: 'people', action: 'check', busy: 'clock', applied: 'send' } as const;
const TONES = { interview: 'accent', action: 'warning', busy: 'neutral', applied: 'info' } as const;

/** Entries of a day that are told at once. */
const SHOWN = 8;

/** An entry where there is one line for it: an interview opens, the others lead to their application. */
export function EntryChip({ entry, onOpen }: { entry: Entry; onOpen: (interview: number) => void }) {
  const { kind, title, at, applicationId, interview } = entry;
  const t = useTranslations('calendar.kinds');
  const format = useFormats();
  const className = `${styles.chip} ${styles[kind]}`;
  const text = (
    <>
      <Icon name={ICONS[kind]} size={12} />
      <span>
        <VisuallyHidden>{t(kind)}: </VisuallyHidden>
        {kind !== 'applied' && `${format.time(at)} `}
        {title}
      </span>
    </>
  );
  if (interview)
    return (
      <button type="button" className={className} onClick={() => onOpen(interview.id)}>
        {text}
      </button>
    );
  if (applicationId === null) return <span className={className}>{text}</span>;
  return (
    <RouterLink to={applicationPath(applicationId)} className={className}>
      {text}
    </RouterLink>
  );
}

/** Entries of a day with all that is known of them. */
export function EntryList({
  entries,
  onOpen,
}: {
  entries: readonly Entry[];
  onOpen: (interview: number) => void;
}) {
  return (
    <Shortened items={entries} most={SHOWN}>
      {(shown) => (
        <ul className={styles.entries}>
          {shown.map((entry) => (
            <EntryRow key={entry.key} entry={entry} onOpen={onOpen} />
          ))}
        </ul>
      )}
    </Shortened>
  );
}

function EntryRow({ entry, onOpen }: { entry: Entry; onOpen: (interview: number) => void }) {
  const { kind, title, at, endsAt, applicationId, interview } = entry;
  const t = useTranslations('calendar.kinds');
  const format = useFormats();
  return (
    <li className={styles.entry}>
      <span className={styles.when}>
        {format.time(at)}
        {endsAt && ` – ${format.time(endsAt)}`}
      </span>
      <div className={styles.what}>
        {interview ? (
          <button type="button" className={styles.title} onClick={() => onOpen(interview.id)}>
            {title}
          </button>
        ) : applicationId === null ? (
          <span className={styles.plain}>{title}</span>
        ) : (
          <Link href={applicationPath(applicationId)} isPlain>
            {title}
          </Link>
        )}
        {interview && interview.location !== '' && <Where location={interview.location} />}
        <Badge tone={TONES[kind]} icon={ICONS[kind]}>
          {t(kind)}
        </Badge>
      </div>
    </li>
  );
}

function Where({ location }: { location: string }) {
  const t = useTranslations('calendar.day');
  const call = callIn(location);
  return (
    <span className={styles.about}>
      {call ? (
        <Link href={call} externalLabel={t('opens')}>
          {call}
        </Link>
      ) : (
        location
      )}
    </span>
  );
}

export function applicationPath(id: number): string {
  return `/applications/${id}`;
}
