import {
  Badge,
  Banner,
  Button,
  Card,
  Checkbox,
  ConfirmDialog,
  IconButton,
  Stack,
  showToast,
  TextField,
} from '@banyan/ui';
import { useBlocker, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Resume } from '../../../../api/resume.ts';
import { type Answer, useApiMutation, useErrorWords } from '../../api/index.ts';
import {
  countOf,
  outcomeOf,
  type Read,
  type Review,
  reviewOf,
  type StationChoice,
  type TextChoice,
} from './import-review.ts';
import styles from './Profile.module.css';
import { undoOf } from './profile-entry.ts';
import { linesOf, PARTS, type Part } from './resume-parts.ts';
import { StationDialog } from './StationDialog.tsx';
import { StationText } from './StationText.tsx';

/** What was understood beside what is there: each part is taken, corrected or left out before anything is kept. */
export function ImportReview({
  profile,
  read,
  confirmed,
  keepsResume,
  onAnother,
}: {
  profile: Answer<'GET /api/v1/users/me'>;
  read: Read;
  confirmed: Resume | null;
  /** Otherwise the profile alone is changed. */
  keepsResume: boolean;
  onAnother: () => void;
}) {
  const t = useTranslations('profile.import');
  const [review, setReview] = useState(() => reviewOf(profile, read, confirmed));
  const { keep, isKeeping, isKept } = useKeep(profile, read, review, confirmed, keepsResume);
  const count = countOf(review);
  const parts = keepsResume ? PARTS.filter((part) => review[part].length > 0) : [];
  const isNothing = review.texts.length + review.skills.length === 0 && parts.length === 0;
  return (
    <Stack gap={5}>
      <AskBeforeLeaving isAsked={!isKept} />
      <Banner
        isLive
        tone="info"
        title={t('understood', { kind: t(`kindsOf.${read.kind}`) })}
        action={
          <Button size="small" onPress={onAnother}>
            {t('another')}
          </Button>
        }
      >
        {t(isNothing ? 'nothingNew' : 'decide')}
      </Banner>
      {review.texts.length > 0 && (
        <Card title={t('profile')}>
          <ul className={styles.choices}>
            {review.texts.map((choice, at) => (
              <TextRow
                key={choice.name}
                choice={choice}
                onChange={(changed) => setReview({ ...review, texts: review.texts.with(at, changed) })}
              />
            ))}
          </ul>
        </Card>
      )}
      {review.skills.length > 0 && (
        <Card title={t('skills')} description={t('skillsThere', { count: profile.skills.length })}>
          <div className={styles.skillChoices}>
            {review.skills.map(({ skill, isTaken }, at) => (
              <Checkbox
                key={skill}
                isSelected={isTaken}
                onChange={(taken) =>
                  setReview({ ...review, skills: review.skills.with(at, { skill, isTaken: taken }) })
                }
              >
                {skill}
              </Checkbox>
            ))}
          </div>
        </Card>
      )}
      {parts.map((part) => (
        <StationsReview
          key={part}
          part={part}
          choices={review[part]}
          onChange={(choices) => setReview({ ...review, [part]: choices })}
        />
      ))}
      <section className={styles.saveBar} aria-label={t('save')}>
        <p>{t('count', { count })}</p>
        <Button variant="primary" onPress={keep} isPending={isKeeping} pendingLabel={t('saving')}>
          {t('save')}
        </Button>
      </section>
    </Stack>
  );
}

function TextRow({ choice, onChange }: { choice: TextChoice; onChange: (choice: TextChoice) => void }) {
  const t = useTranslations('profile.import');
  const label = t(`fields.${choice.name}`);
  return (
    <li className={styles.choice}>
      <Checkbox isSelected={choice.isTaken} onChange={(isTaken) => onChange({ ...choice, isTaken })}>
        <span className={styles.choiceLabel}>
          {label}
          {choice.isUnsure && <Unsure />}
        </span>
      </Checkbox>
      <p className={styles.before}>
        <span className={styles.muted}>{t('now')}</span>
        {choice.before === '' ? <em>{t('empty')}</em> : choice.before}
      </p>
      <TextField
        label={t('found', { label })}
        value={choice.value}
        onChange={(value) => onChange({ ...choice, value, isTaken: true })}
      />
    </li>
  );
}

function StationsReview({
  part,
  choices,
  onChange,
}: {
  part: Part;
  choices: readonly StationChoice[];
  onChange: (choices: StationChoice[]) => void;
}) {
  const t = useTranslations('profile');
  const [open, setOpen] = useState<number | null>(null);
  return (
    <Card title={t(`resume.${part}.title`)}>
      <ul className={styles.stations}>
        {choices.map((choice, at) => {
          const { title } = linesOf(part, choice.station);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: they stay in their places
            <li key={at}>
              <div className={styles.stationChoice}>
                <Checkbox
                  aria-label={t('import.take', { title })}
                  isSelected={choice.isTaken}
                  onChange={(isTaken) => onChange(choices.with(at, { ...choice, isTaken }))}
                />
                <div>
                  <StationText part={part} station={choice.station} />
                  {choice.isUnsure && <Unsure />}
                  {choice.isOld && <Badge>{t('import.old')}</Badge>}
                </div>
              </div>
              <IconButton
                icon="edit"
                size="small"
                label={t('resume.change', { title })}
                onPress={() => setOpen(at)}
              />
            </li>
          );
        })}
      </ul>
      {open !== null && (
        <StationDialog
          part={part}
          station={choices[open]!.station}
          draftName={`import-${part}-${open}`}
          onDone={async (station) => {
            onChange(choices.with(open, { ...choices[open]!, station, isUnsure: false, isTaken: true }));
            return true;
          }}
          onClose={() => setOpen(null)}
        />
      )}
    </Card>
  );
}

function Unsure() {
  const t = useTranslations('profile.import');
  return (
    <Badge tone="warning" icon="warning">
      {t('unsure')}
    </Badge>
  );
}

function useKeep(
  profile: Answer<'GET /api/v1/users/me'>,
  read: Read,
  review: Review,
  confirmed: Resume | null,
  keepsResume: boolean,
) {
  const t = useTranslations('profile.import');
  const tUndo = useTranslations('profile.resume');
  const words = useErrorWords();
  const navigate = useNavigate();
  const [isKept, setKept] = useState(false);
  const putResume = useApiMutation('PUT /api/v1/users/me/resume');
  const putProfile = useApiMutation('PUT /api/v1/users/me');
  const put = ({ profile: changes, resume }: ReturnType<typeof outcomeOf>) =>
    keepsResume
      ? putResume.mutateAsync({ body: { profile: changes, resume } })
      : putProfile.mutateAsync({ body: changes });
  const tell = (reason: unknown) =>
    showToast({ title: t('notSaved'), description: words(reason).reason, tone: 'danger' });
  const keep = async () => {
    const outcome = outcomeOf(profile, read, review);
    const before = { profile: undoOf(profile, outcome.profile), resume: confirmed ?? {} };
    try {
      await put(outcome);
    } catch (reason) {
      tell(reason);
      return;
    }
    setKept(true);
    const undone = () => showToast({ title: t('undone'), tone: 'good' });
    showToast({
      title: t('saved'),
      tone: 'good',
      action: { label: tUndo('undo'), onAction: () => void put(before).then(undone, tell) },
    });
    await navigate({ to: '/profile', ignoreBlocker: true });
  };
  return { keep: () => void keep(), isKeeping: putResume.isPending || putProfile.isPending, isKept };
}

/** What was decided is nowhere but here. */
function AskBeforeLeaving({ isAsked }: { isAsked: boolean }) {
  const t = useTranslations('profile.import.leave');
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: () => isAsked,
    enableBeforeUnload: isAsked,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      title={t('title')}
      confirmLabel={t('confirm')}
      cancelLabel={t('cancel')}
      isOpen={status === 'blocked'}
      onOpenChange={() => reset?.()}
      onConfirm={() => proceed?.()}
      isDangerous
    >
      {t('text')}
    </ConfirmDialog>
  );
}
