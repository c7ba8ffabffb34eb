import { Banner, Button, Card, Link, TextField } from '@banyan/ui';
import { useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useFeature } from '../../api/index.ts';
import { PasswordField } from '../../forms/index.ts';
import { cookiesAreKept, session, useSession } from '../../session/index.ts';
import { Page } from '../../shell/Page.tsx';
import styles from './Account.module.css';
import { CodeForm } from './CodeForm.tsx';
import { withNext } from './links.ts';
import { FIRST_STEP, stepAfter } from './login-step.ts';
import { useOpening } from './use-opening.ts';

type Entered = { email: string; password: string };

/** Where to go on, the route decides when it sees that somebody is logged in. */
export function LoginPage() {
  const t = useTranslations('account.login');
  const tError = useTranslations('api.errors');
  const [entered, setEntered] = useState<Entered>({ email: '', password: '' });
  const [step, setStep] = useState(FIRST_STEP);
  const { isPending, run } = useOpening(session.logIn, true);

  const logIn = async (code?: string) => {
    setStep({ ...step, refusal: null });
    const refused = await run({ ...entered, ...(code !== undefined && { code }) });
    if (refused) setStep(stepAfter(step, refused.code));
  };
  const failure = step.refusal === null ? null : tError(step.refusal);

  if (step.asks === 'code')
    return (
      <Page title={t('code.title')} lead={t('code.lead')} width="narrow">
        <CodeForm failure={failure} isPending={isPending} onCode={logIn} onBack={() => setStep(FIRST_STEP)} />
      </Page>
    );
  return (
    <Page title={t('title')} lead={t('lead')} width="narrow">
      <WhyHere />
      {!cookiesAreKept() && (
        <Banner tone="warning" title={t('cookiesBlocked.title')}>
          {t('cookiesBlocked.text')}
        </Banner>
      )}
      <PasswordForm
        entered={entered}
        onEnter={setEntered}
        failure={failure}
        isPending={isPending}
        onSubmit={() => void logIn()}
      />
      <OtherWays />
    </Page>
  );
}

function PasswordForm({
  entered,
  onEnter,
  failure,
  isPending,
  onSubmit,
}: {
  entered: Entered;
  onEnter: (entered: Entered) => void;
  failure: string | null;
  isPending: boolean;
  onSubmit: () => void;
}) {
  const t = useTranslations('account.login');
  const [missing, setMissing] = useState<Array<keyof Entered>>([]);
  const enter = (changed: Partial<Entered>) => {
    onEnter({ ...entered, ...changed });
    setMissing(missing.filter((field) => !(field in changed)));
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const empty = (['email', 'password'] as const).filter((field) => entered[field].trim() === '');
    setMissing(empty);
    if (empty.length === 0) onSubmit();
    else (event.currentTarget.elements.namedItem(empty[0]!) as HTMLElement | null)?.focus();
  };
  const errorOf = (field: keyof Entered) =>
    missing.includes(field) ? t('needed', { field: t(field) }) : undefined;
  return (
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
        <PasswordField
          label={t('password')}
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
  );
}

/** For whoever has no account, or has forgotten how to get in; who sends e-mails may not be there yet. */
function OtherWays() {
  const t = useTranslations('account.login');
  const { next } = useSearch({ strict: false });
  const canReset = useFeature('POST /api/v1/auth/password-reset') === 'there';
  return (
    <nav aria-label={t('otherWays')} className={styles.ways}>
      <Link href={withNext('/register', next)}>{t('register')}</Link>
      {canReset && <Link href="/forgot-password">{t('forgot')}</Link>}
    </nav>
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
