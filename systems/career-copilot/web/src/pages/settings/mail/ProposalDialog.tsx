import { Banner, Button, Dialog, RadioGroup, Skeleton, Stack, showToast } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { type Answer, useApiMutation, useApiQuery, useErrorWords } from '../../../api/index.ts';
import { Reading } from '../../../shell/Reading.tsx';
import settings from '../Settings.module.css';

const READ = 'GET /api/v1/integrations/mail/proposals/{id}';
type WithCandidates = Answer<typeof READ>;

/** What a mail seems to say, and of which application: confirmed, it moves that; dismissed, nothing happens. */
export function ProposalDialog({ id, onClose }: { id: number; onClose: () => void }) {
  const t = useTranslations('mail.proposal');
  const words = useErrorWords();
  const params = { path: { id } };
  const read = useApiQuery(READ, { params });
  const [chosen, setChosen] = useState<string | null>(null);
  const done = (title: string) => () => {
    showToast({ title, tone: 'good' });
    onClose();
  };
  const confirm = useApiMutation('POST /api/v1/integrations/mail/proposals/{id}/confirm', {
    changes: ['integrations', 'applications'],
    onSuccess: done(t('confirmed')),
  });
  const dismiss = useApiMutation('POST /api/v1/integrations/mail/proposals/{id}/dismiss', {
    onSuccess: done(t('dismissed')),
  });
  const isOpen = read.data?.state === 'open';
  const first = read.data?.candidates[0]?.application_id;
  const application = chosen ?? (first === undefined ? null : String(first));
  const error = confirm.error ?? dismiss.error;
  return (
    <Dialog
      title={t('title')}
      isOpen
      onOpenChange={onClose}
      closeLabel={t('close')}
      actions={
        isOpen && (
          <>
            <Button
              isPending={dismiss.isPending}
              pendingLabel={t('pending')}
              onPress={() => dismiss.mutate({ params })}
            >
              {t('dismiss')}
            </Button>
            <Button
              variant="primary"
              isDisabled={application === null}
              isPending={confirm.isPending}
              pendingLabel={t('pending')}
              onPress={() => confirm.mutate({ params, body: { application_id: Number(application) } })}
            >
              {t('confirm')}
            </Button>
          </>
        )
      }
    >
      <Stack gap={4}>
        {error !== null && (
          <Banner tone="danger" title={t('notDone')}>
            {words(error).reason}
          </Banner>
        )}
        <Reading of={read} failed={t('failed')} skeleton={<Skeleton shape="block" height="12rem" />}>
          {(proposal) => <Shown proposal={proposal} chosen={application} onChoose={setChosen} />}
        </Reading>
      </Stack>
    </Dialog>
  );
}

function Shown({
  proposal,
  chosen,
  onChoose,
}: {
  proposal: WithCandidates;
  chosen: string | null;
  onChoose: (id: string) => void;
}) {
  const t = useTranslations('mail');
  const { kind, subject, sender, sentence, state, candidates } = proposal;
  return (
    <>
      <Stack gap={1}>
        <strong>{t(`kinds.${kind}`)}</strong>
        <span>{subject}</span>
        <span className={settings.muted}>{sender}</span>
      </Stack>
      <blockquote className={settings.quote}>{sentence}</blockquote>
      {state !== 'open' ? (
        <p>{t(`proposal.${state}`)}</p>
      ) : candidates.length === 0 ? (
        <p className={settings.muted}>{t('proposal.noCandidate')}</p>
      ) : (
        <RadioGroup
          label={t('proposal.which')}
          value={chosen ?? ''}
          onChange={onChoose}
          options={candidates.map(({ application_id, job_title, company_name }) => ({
            id: String(application_id),
            label: job_title,
            description: company_name,
          }))}
        />
      )}
    </>
  );
}
