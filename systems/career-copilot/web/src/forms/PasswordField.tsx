import { IconButton, TextField, type TextFieldProps } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';

/** A password, hidden until its owner wants to see it. `autoComplete` tells password managers whether it is known or to be made up. */
export function PasswordField(
  props: Omit<TextFieldProps, 'type' | 'action' | 'autoComplete' | 'spellCheck'> & {
    autoComplete: 'current-password' | 'new-password';
  },
) {
  const t = useTranslations('forms.password');
  const [isShown, setShown] = useState(false);
  return (
    <TextField
      {...props}
      type={isShown ? 'text' : 'password'}
      spellCheck={false}
      action={
        <IconButton
          icon="eye"
          size="small"
          label={t('show')}
          aria-pressed={isShown}
          onPress={() => setShown(!isShown)}
        />
      }
    />
  );
}
