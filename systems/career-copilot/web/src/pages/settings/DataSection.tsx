import { Banner, Button, Card, Dialog, Skeleton, Stack, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { api, useApiMutation, useApiQuery, useErrorWords } from '../../api/index.ts';
import { saveFile } from '../../api/save-file.ts';
import { session } from '../../session/index.ts';
import { Page } from '../../shell/Page.tsx';
import { Available } from './Available.tsx';
import { isSameAddress } from './own-address.ts';
import styles from './Settings.module.css';

const EXPORT = 'GET /api/v1/users/me/export';

/** What somebody takes along, and how they go. */
export function DataSection() {
  const t = useTranslations('settings.data');
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Available operation={EXPORT} skeleton={<Skeleton shape="block" height="16rem" />}>
        <Stack gap={5}>
          <ExportCard />
          <DeletionCard />
        </Stack>
      </Available>
    </Page>
  );
}

function ExportCard() {
  const t = useTranslations('settings.data.export');
  const words = useErrorWords();
  const [state, setState] = useState<'idle' | 'pending' | 'done' | { failed: string }>('idle');
  const take = async () => {
    setState('pending');
    try {
      saveFile(await api.download(EXPORT, {}, { timeoutMs: EXPORT_MS }), 'career-copilot.json');
      setState('done');
    } catch (reason) {
      setState({ failed: words(reason).reason });
    }
  };
  return (
    <Card title={t('title')} description={t('text')}>
      <Stack gap={3} align="start">
        {state === 'done' && <Banner tone="good">{t('done')}</Banner>}
        {typeof state === 'object' && (
          <Banner tone="danger" title={t('failed')}>
            {state.failed}
          </Banner>
        )}
        <Button
          icon="download"
          isPending={state === 'pending'}
          pendingLabel={t('pending')}
          onPress={() => void take()}
        >
          {t('take')}
        </Button>
      </Stack>
    </Card>
  );
}

/** All parts of the system are asked for theirs, page by page. */
const EXPORT_MS = 120_000;

function DeletionCard() {
  const t = useTranslations('settings.data.deletion');
  const [isOpen, setOpen] = useState(false);
  return (
    <Card title={t('title')} description={t('text')}>
      <Button variant="danger" onPress={() => setOpen(true)}>
        {t('begin')}
      </Button>
      {isOpen && <DeletionDialog onClose={() => setOpen(false)} />}
    </Card>
  );
}

/** Nobody deletes their account by a slip: they type whose it is. */
function DeletionDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations('settings.data.deletion');
  const words = useErrorWords();
  const { data: account } = useApiQuery('GET /api/v1/auth/me', {});
  const [typed, setTyped] = useState('');
  const [isOther, setOther] = useState(false);
  const end = useApiMutation('DELETE /api/v1/users/me', {
    // Their drafts go with that.
    onSuccess: () => session.logOut(),
  });
  const email = account?.email ?? '';
  const submit = () => {
    const isOwn = email !== '' && isSameAddress(typed, email);
    setOther(!isOwn);
    if (isOwn) end.mutate({});
  };
  return (
    <Dialog
      title={t('ask')}
      isOpen
      onOpenChange={onClose}
      closeLabel={t('close')}
      isDismissable={!end.isPending}
      actions={
        <>
          <Button isDisabled={end.isPending} onPress={onClose}>
            {t('keep')}
          </Button>
          <Button
            variant="danger"
            type="submit"
            form="deletion"
            isPending={end.isPending}
            pendingLabel={t('pending')}
          >
            {t('confirm')}
          </Button>
        </>
      }
    >
      <form
        id="deletion"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap={4}>
          {end.error !== null && (
            <Banner tone="danger" title={t('failed')}>
              {words(end.error).reason}
            </Banner>
          )}
          <ul className={styles.list}>
            <li>{t('atOnce')}</li>
            <li>{t('gone')}</li>
            <li>{t('noWayBack')}</li>
          </ul>
          <TextField
            label={t('type', { email })}
            name="confirmation"
            autoComplete="off"
            spellCheck={false}
            isRequired
            value={typed}
            onChange={setTyped}
            error={isOther ? t('other') : undefined}
          />
        </Stack>
      </form>
    </Dialog>
  );
}
