import { Banner, Button, Dialog, Stack, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { type Answer, useApiMutation, useErrorWords } from '../../api/index.ts';
import { saveFile } from '../../api/save-file.ts';
import { CopyButton } from './CopyButton.tsx';
import { codesAsText, readable } from './factor-text.ts';
import { qrPath } from './qr.ts';
import styles from './Settings.module.css';

/** What is set up, before it is on. */
export type NewFactor = Answer<'POST /api/v1/auth/second-factor'>;

/** Shows the secret of a factor, asks for a code that proves that the app has it, and shows the codes for recovery, once. */
export function SetUpFactorDialog({ factor, onClose }: { factor: NewFactor; onClose: () => void }) {
  const t = useTranslations('settings.security.factor');
  const [code, setCode] = useState('');
  const words = useErrorWords();
  const confirm = useApiMutation('POST /api/v1/auth/second-factor/confirm');
  const codes = confirm.data?.recovery_codes;
  return (
    <Dialog
      title={t(codes ? 'codesTitle' : 'setUpTitle')}
      isOpen
      onOpenChange={onClose}
      closeLabel={t('close')}
      // Codes that nobody has kept would be gone by a press beside them.
      isDismissable={false}
      actions={
        codes ? (
          <Button variant="primary" onPress={onClose}>
            {t('kept')}
          </Button>
        ) : (
          <Button
            variant="primary"
            type="submit"
            form="second-factor"
            isPending={confirm.isPending}
            pendingLabel={t('confirming')}
          >
            {t('confirm')}
          </Button>
        )
      }
    >
      {codes ? (
        <RecoveryCodes codes={codes} />
      ) : (
        <form
          id="second-factor"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (code.trim() !== '') confirm.mutate({ body: { code: code.trim() } });
          }}
        >
          <Stack gap={4}>
            <p>{t('scan')}</p>
            <QrCode text={factor.uri} label={t('qr')} />
            <div>
              <p className={styles.muted}>{t('byHand')}</p>
              <Stack direction="row" gap={2} align="center">
                <code className={styles.secret}>{readable(factor.secret)}</code>
                <CopyButton text={factor.secret} label={t('copySecret')} />
              </Stack>
            </div>
            <TextField
              label={t('code')}
              name="code"
              isRequired
              autoComplete="one-time-code"
              inputMode="numeric"
              maxLength={40}
              value={code}
              onChange={setCode}
              error={confirm.error === null ? undefined : words(confirm.error).reason}
            />
          </Stack>
        </form>
      )}
    </Dialog>
  );
}

function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const t = useTranslations('settings.security.factor');
  return (
    <Stack gap={4}>
      <Banner tone="warning">{t('codesText')}</Banner>
      <ul className={styles.codes}>
        {codes.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
      <Stack direction="row" gap={2}>
        <Button
          icon="download"
          onPress={() => saveFile(new Blob([codesAsText(codes)], { type: 'text/plain' }), t('codesFile'))}
        >
          {t('save')}
        </Button>
        <CopyButton text={codesAsText(codes)} label={t('copyCodes')} />
      </Stack>
    </Stack>
  );
}

/** Dark on light in either theme: most cameras read nothing else. */
function QrCode({ text, label }: { text: string; label: string }) {
  const { path, size } = qrPath(text);
  return (
    <svg
      className={styles.qr}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
