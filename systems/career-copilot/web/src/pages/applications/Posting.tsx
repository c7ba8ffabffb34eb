import { Badge, Card, Disclosure, Skeleton, Stack } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { type Answer, useApiQuery } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Application.module.css';
import { inputOf } from './reads.ts';

const POSTING = 'GET /api/v2/applications/{id}/posting';

/** The posting as it was when one applied, for who asks: postings change, and vanish. */
export function Posting({ id }: { id: number }) {
  const t = useTranslations('applications.one.posting');
  const [isOpen, setOpen] = useState(false);
  const posting = useApiQuery(POSTING, inputOf(id), { enabled: isOpen });
  return (
    <Card>
      <Disclosure title={t('title')} level={2} isExpanded={isOpen} onExpandedChange={setOpen}>
        {isOpen && (
          <Reading of={posting} failed={t('failed')} skeleton={<Skeleton lines={10} />}>
            {(kept) => <Kept posting={kept} />}
          </Reading>
        )}
      </Disclosure>
    </Card>
  );
}

function Kept({ posting }: { posting: Answer<typeof POSTING> }) {
  const t = useTranslations('applications.one.posting');
  const format = useFormats();
  const { location, job_type: type, remote, salary_min: from, salary_max: to, requirements } = posting;
  const salary = format.moneyRange([from, to], '');
  return (
    <Stack gap={4}>
      <div>
        <strong>{posting.title}</strong>
        <p className={styles.muted}>
          {[posting.company_name, location, type, salary].filter(Boolean).join(' · ')}
        </p>
        {remote && <Badge>{t('remote')}</Badge>}
      </div>
      {posting.description && <p className={styles.text}>{posting.description}</p>}
      {requirements.length > 0 && (
        <ul className={styles.requirements}>
          {requirements.map((requirement) => (
            <li key={requirement}>{requirement}</li>
          ))}
        </ul>
      )}
      <p className={styles.muted}>{t('kept', { when: format.dateTime(posting.kept_at) })}</p>
    </Stack>
  );
}
