import { Banner, Button, Card, TextField } from '@banyan/ui';
import { type FormEvent, useState } from 'react';
import { useTranslations } from 'use-intl';
import styles from './Account.module.css';

/** The second step of a login: a code of the app, or one of those for recovery where the app is lost. */
export function CodeForm({
  failure,
  isPending,
  onCode,
  onBack,
}: {
  failure: string | null;
  isPending: boolean;
  onCode: (code: string) => Promise<void>;
  onBack: () => void;
}) {
  const t = useTranslations('account.login.code');
  const tLogin = useTranslations('account.login');
  const [isRecovery, setRecovery] = useState(false);
  const [code, setCode] = useState('');
  const [isMissing, setMissing] = useState(false);
  const label = t(isRecovery ? 'recovery' : 'app');

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setMissing(code.trim() === '');
    if (code.trim() === '') return;
    await onCode(code.trim());
    // Each is good once.
    setCode('');
  };
  const change = () => {
    setRecovery(!isRecovery);
    setCode('');
    setMissing(false);
  };
  return (
    <>
      <Card>
        <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
          {failure !== null && (
            <Banner tone="danger" title={tLogin('failed')}>
              {failure}
            </Banner>
          )}
          <TextField
            // Another field: what is typed into it, and which keys a phone shows, are others.
            key={label}
            label={label}
            description={t(isRecovery ? 'recoveryHint' : 'appHint')}
            name="code"
            autoFocus
            autoComplete="one-time-code"
            inputMode={isRecovery ? 'text' : 'numeric'}
            spellCheck={false}
            maxLength={40}
            value={code}
            onChange={setCode}
            error={isMissing ? tLogin('needed', { field: label }) : undefined}
          />
          <Button
            type="submit"
            variant="primary"
            isWide
            isPending={isPending}
            pendingLabel={tLogin('pending')}
          >
            {tLogin('submit')}
          </Button>
        </form>
      </Card>
      <div className={styles.ways}>
        <Button variant="quiet" onPress={change}>
          {t(isRecovery ? 'useApp' : 'useRecovery')}
        </Button>
        <Button variant="quiet" onPress={onBack}>
          {t('back')}
        </Button>
      </div>
    </>
  );
}
