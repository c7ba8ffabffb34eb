import { useFormatter, useTranslations } from 'use-intl';
import styles from './Profile.module.css';
import { dateOf, linesOf, type Part, type Station } from './resume-parts.ts';

/** What there is to read of a station. */
export function StationText({ part, station }: { part: Part; station: Station }) {
  const { title, place } = linesOf(part, station);
  const period = usePeriod()(station);
  return (
    <div className={styles.station}>
      <strong>{title}</strong>
      {place !== '' && <span>{place}</span>}
      {period !== null && <span className={styles.muted}>{period}</span>}
      {station.summary && <p className={styles.summary}>{station.summary}</p>}
      {station.highlights && station.highlights.length > 0 && (
        <ul className={styles.highlights}>
          {station.highlights.map((highlight) => (
            <li key={highlight}>{highlight}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** `Mar 2020 – today`; null where no time is told. */
function usePeriod(): (station: Station) => string | null {
  const t = useTranslations('profile.resume');
  const format = useFormatter();
  const say = (text: string) => {
    const { at, has } = dateOf(text);
    return format.dateTime(at, {
      year: 'numeric',
      ...(has === 'month' && { month: 'short' as const }),
      timeZone: 'UTC',
    });
  };
  return ({ startDate, endDate }) => {
    if (!startDate && !endDate) return null;
    if (!startDate) return t('until', { end: say(endDate!) });
    return t('period', { start: say(startDate), end: endDate ? say(endDate) : t('today') });
  };
}
