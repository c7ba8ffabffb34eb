import { Button, Card, Skeleton, Stack } from '@banyan/ui';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useApiPages, useApiQuery } from '../../../api/index.ts';
import { useAgo } from '../../../i18n/index.ts';
import { Page } from '../../../shell/Page.tsx';
import { Reading } from '../../../shell/Reading.tsx';
import { Available } from '../Available.tsx';
import settings from '../Settings.module.css';
import { AddressCard } from './AddressCard.tsx';
import { BeginCard } from './BeginCard.tsx';
import { ADDRESS, PROPOSALS, PROPOSALS_INPUT, type Proposal } from './mail.ts';
import { ProposalDialog } from './ProposalDialog.tsx';

/** The address to which somebody forwards what companies write, and what those mails seem to say. */
export function MailSection() {
  const t = useTranslations('mail');
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Available operation={ADDRESS} skeleton={<MailSkeleton />}>
        <Mail />
      </Available>
    </Page>
  );
}

function Mail() {
  const t = useTranslations('mail');
  const address = useApiQuery(ADDRESS, {});
  const hasNone = address.error?.code === 'ADDRESS_NOT_FOUND';
  return (
    <Stack gap={5}>
      {hasNone ? (
        <BeginCard />
      ) : (
        <Reading of={address} failed={t('failed')} skeleton={<MailSkeleton />}>
          {(read) => <AddressCard address={read} />}
        </Reading>
      )}
      {!hasNone && <ProposalsCard />}
    </Stack>
  );
}

function ProposalsCard() {
  const t = useTranslations('mail.proposals');
  const { proposal } = useSearch({ from: '/signed-in/settings/mail' });
  const navigate = useNavigate({ from: '/settings/mail' });
  const open = useApiPages(PROPOSALS, PROPOSALS_INPUT, 'items');
  const read = { ...open, data: open.firstPage && open.rows };
  return (
    <Card title={t('title')} description={t('text')}>
      <Reading of={read} failed={t('failed')} skeleton={<Skeleton shape="block" height="6rem" />}>
        {(rows) =>
          rows.length === 0 ? (
            <p className={settings.muted}>{t('none')}</p>
          ) : (
            <ul className={settings.rows}>
              {rows.map((one) => (
                <ProposalRow
                  key={one.id}
                  proposal={one}
                  onOpen={() => void navigate({ search: { proposal: one.id } })}
                />
              ))}
            </ul>
          )
        }
      </Reading>
      {open.hasNextPage && (
        <Button
          isPending={open.isFetchingNextPage}
          pendingLabel={t('loading')}
          onPress={() => void open.fetchNextPage()}
        >
          {t('more')}
        </Button>
      )}
      {proposal !== undefined && (
        <ProposalDialog id={proposal} onClose={() => void navigate({ search: {} })} />
      )}
    </Card>
  );
}

function ProposalRow({ proposal, onOpen }: { proposal: Proposal; onOpen: () => void }) {
  const t = useTranslations('mail');
  const ago = useAgo();
  const { kind, subject, sender, received_at, moves_at } = proposal;
  return (
    <li>
      <span className={settings.row}>
        <span className={settings.name}>{t(`kinds.${kind}`)}</span>
        <span>{subject}</span>
        <span className={settings.muted}>
          {sender} · {ago(received_at)}
          {moves_at !== null && ` · ${t('proposals.moves', { when: ago(moves_at) })}`}
        </span>
      </span>
      <Button aria-label={t('proposals.lookAt', { subject })} onPress={onOpen}>
        {t('proposals.look')}
      </Button>
    </li>
  );
}

function MailSkeleton() {
  return (
    <Stack gap={5}>
      <Skeleton shape="block" height="16rem" />
      <Skeleton shape="block" height="10rem" />
    </Stack>
  );
}
