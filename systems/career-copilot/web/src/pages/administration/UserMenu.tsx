import { ConfirmDialog, IconButton, Menu, type MenuEntry, Stack, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { useAccountSteps } from './use-account-steps.ts';
import type { stepsOf, User } from './users.ts';

type Step = ReturnType<typeof stepsOf>[number];

const ICONS = { suspend: 'lock', reinstate: 'undo', verify: 'check' } as const;

const LONGEST_REASON = 500;

/** What can be done to an account. What locks somebody out, and what cannot be taken back, is asked first. */
export function UserMenu({
  user,
  possible,
  steps,
}: {
  user: User;
  possible: readonly Step[];
  steps: ReturnType<typeof useAccountSteps>;
}) {
  const t = useTranslations('administration.users');
  const [asked, setAsked] = useState<Exclude<Step, 'reinstate'> | null>(null);
  const [reason, setReason] = useState('');
  if (possible.length === 0) return null;
  const entries = possible.map(
    (id): MenuEntry => ({ id, label: t(`steps.${id}`), icon: ICONS[id], isDangerous: id === 'suspend' }),
  );
  return (
    <>
      <Menu
        trigger={<IconButton icon="more" label={t('menu', { email: user.email })} />}
        entries={entries}
        onAction={(id) => (id === 'reinstate' ? steps.reinstate(user) : setAsked(id as 'suspend' | 'verify'))}
      />
      {asked && (
        <ConfirmDialog
          isOpen
          onOpenChange={() => setAsked(null)}
          title={t(`ask.${asked}.title`, { email: user.email })}
          confirmLabel={t(`steps.${asked}`)}
          cancelLabel={t('cancel')}
          isDangerous={asked === 'suspend'}
          onConfirm={() => {
            setAsked(null);
            if (asked === 'verify') return steps.verify(user);
            steps.suspend(user, reason.trim() || null);
            setReason('');
          }}
        >
          <Stack gap={4}>
            <p>{t(`ask.${asked}.text`)}</p>
            {asked === 'suspend' && (
              <TextField
                label={t('ask.suspend.reason')}
                description={t('ask.suspend.reasonHint')}
                maxLength={LONGEST_REASON}
                value={reason}
                onChange={setReason}
              />
            )}
          </Stack>
        </ConfirmDialog>
      )}
    </>
  );
}
