import { Banner, Button, Card, TextField } from '@banyan/ui';
import { type FormEvent, useState } from 'react';
import { useTranslations } from 'use-intl';
import { errorOfFailure, errorOfResponse } from '../../api/errors.ts';
import { session, useSession } from '../../session/index.ts';
import { Page } from '../../shell/Page.tsx';
import styles from './LoginPage.module.css';

type Entered = { email: string; password: string };

export function LoginPage() {
  const t = useTranslations('account.login');
  const { entered, enter, missing, failure, isPending, submit } = useLogin();
  const errorOf = (field: keyof Entered) =>
    missing.includes(field) ? t('needed', { field: t(field) }) : undefined;
  return (
    <Page title={t('title')} lead={t('lead')} width="narrow">
      <WhyHere />
      <Card>
        <form className={styles.form} onSubmit={submit} noValidate>
          {failure !== null && (
            <Banner tone="danger" title={t('failed')}>
              {failure}
            </Banner>
          )}
          <TextField
            label={t('email')}
            type="email"
            name="email"
            autoComplete="username"
            value={entered.email}
            onChange={(email) => enter({ email })}
            error={errorOf('email')}
          />
          <TextField
            label={t('password')}
            type="password"
            name="password"
            autoComplete="current-password"
            value={entered.password}
            onChange={(password) => enter({ password })}
            error={errorOf('password')}
          />
          <Button type="submit" variant="primary" isWide isPending={isPending} pendingLabel={t('pending')}>
            {t('submit')}
          </Button>
        </form>
      </Card>
    </Page>
  );
}

/** Why somebody who was logged in is asked to log in. */
function WhyHere() {
  const t = useTranslations('account.login');
  const state = useSession();
  if (state.status !== 'out' || state.reason === null) return null;
  const words = { 'logged-out': 'loggedOut', ended: 'ended', 'somebody-else': 'somebodyElse' } as const;
  return <Banner tone={state.reason === 'logged-out' ? 'good' : 'info'}>{t(words[state.reason])}</Banner>;
}

/** Where to go on, the route decides when it sees that somebody is logged in. */
function useLogin() {
  const tError = useTranslations('api.errors');
  const [entered, setEntered] = useState<Entered>({ email: '', password: '' });
  const [missing, setMissing] = useState<Array<keyof Entered>>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);

  const logIn = async () => {
    setFailure(null);
    setPending(true);
    try {
      const result = await session.logIn(entered);
      if (!result.ok) setFailure(tError((await errorOfResponse(result.refused)).code));
    } catch (cause) {
      setFailure(tError(errorOfFailure(cause, { isOnline: navigator.onLine, isSafe: true }).code));
    } finally {
      setPending(false);
    }
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const empty = (['email', 'password'] as const).filter((field) => entered[field].trim() === '');
    setMissing(empty);
    if (empty.length === 0) void logIn();
  };

  const enter = (changed: Partial<Entered>) => {
    setEntered({ ...entered, ...changed });
    setMissing(missing.filter((field) => !(field in changed)));
  };
  return { entered, enter, missing, failure, isPending, submit };
}
