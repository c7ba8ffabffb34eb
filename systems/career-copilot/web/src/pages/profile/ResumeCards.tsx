import { Button, Card, IconButton, LinkButton, Stack } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Resume } from '../../../../api/resume.ts';
import styles from './Profile.module.css';
import { linesOf, PARTS, type Part, type Station, withoutStation, withStation } from './resume-parts.ts';
import { StationDialog } from './StationDialog.tsx';
import { StationText } from './StationText.tsx';
import type { useResume } from './use-resume.ts';

type Saving = Pick<ReturnType<typeof useResume>, 'save' | 'isSaving'>;

/** Experience and education as they were confirmed; each change is kept at once, and can be undone. */
export function ResumeCards({ resume, ...saving }: { resume: Resume } & Saving) {
  return PARTS.map((part) => <Stations key={part} part={part} resume={resume} {...saving} />);
}

function Stations({ part, resume, save, isSaving }: { part: Part; resume: Resume } & Saving) {
  const t = useTranslations('profile.resume');
  const stations = (resume[part] ?? []) as Station[];
  const [open, setOpen] = useState<number | 'new' | null>(null);
  const keep = (station: Station) =>
    save(withStation(resume, part, station, open === 'new' ? null : open), t('saved'));
  return (
    <Card
      title={t(`${part}.title`)}
      actions={
        <Button size="small" icon="add" onPress={() => setOpen('new')}>
          {t(`${part}.add`)}
        </Button>
      }
    >
      {stations.length === 0 ? (
        <p className={styles.muted}>{t(`${part}.empty`)}</p>
      ) : (
        <ol className={styles.stations}>
          {stations.map((station, at) => {
            const { title } = linesOf(part, station);
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: stations have nothing else that tells two of the same name apart
              <li key={at}>
                <StationText part={part} station={station} />
                <Stack direction="row" gap={0}>
                  <IconButton
                    icon="edit"
                    size="small"
                    label={t('change', { title })}
                    onPress={() => setOpen(at)}
                  />
                  <IconButton
                    icon="trash"
                    size="small"
                    label={t('remove', { title })}
                    onPress={() => void save(withoutStation(resume, part, at), t('removed', { title }))}
                  />
                </Stack>
              </li>
            );
          })}
        </ol>
      )}
      {open !== null && (
        <StationDialog
          part={part}
          station={open === 'new' ? null : stations[open]!}
          draftName={`${part}-${open}`}
          isSaving={isSaving}
          onDone={keep}
          onClose={() => setOpen(null)}
        />
      )}
    </Card>
  );
}

/** The way to the import of a résumé. */
export function ImportCard() {
  const t = useTranslations('profile.import');
  return (
    <Card title={t('card')}>
      <Stack gap={3} align="start">
        <p className={styles.muted}>{t('cardText')}</p>
        <LinkButton href="/profile/import" icon="upload">
          {t('action')}
        </LinkButton>
      </Stack>
    </Card>
  );
}
