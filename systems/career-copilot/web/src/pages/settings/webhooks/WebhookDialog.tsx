import { CheckboxGroup, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { NewEndpoint, WEBHOOK_TYPES, type WebhookType } from '../../../../../api/integrations.ts';
import { ApiError, useApiMutation, useErrorWords } from '../../../api/index.ts';
import { FormDialog, FormField, putProblems, useApiForm, useDraft } from '../../../forms/index.ts';
import type { Webhook } from './webhook.ts';

/** What is told to which address: of a new webhook, or of one that there is. */
export function WebhookDialog({
  webhook,
  onClose,
  onMade,
}: {
  webhook?: Webhook;
  onClose: () => void;
  /** Of a new one, with its secret. */
  onMade?: (made: { id: number; secret: string }) => void;
}) {
  const t = useTranslations('webhooks.form');
  const { form, draft, save, failure, isPending } = useWebhookForm(webhook, { onClose, onMade });
  return (
    <FormDialog
      title={t(webhook ? 'change' : 'new')}
      form={form}
      draft={draft}
      onSubmit={save}
      submitLabel={t(webhook ? 'save' : 'make')}
      pendingLabel={t('saving')}
      isPending={isPending}
      closeLabel={t('close')}
      onClose={onClose}
      failure={failure === null ? null : { title: t('failed'), text: failure }}
    >
      <FormField form={form} name="url">
        {(field) => (
          <TextField
            {...field}
            label={t('url')}
            description={t('urlHint')}
            type="url"
            autoComplete="off"
            spellCheck={false}
          />
        )}
      </FormField>
      <FormField form={form} name="event_types">
        {({ value, onChange, ...field }) => (
          <CheckboxGroup
            {...field}
            label={t('events')}
            value={value}
            onChange={(types) => onChange(types as WebhookType[])}
            options={WEBHOOK_TYPES.map((id) => ({ id, label: t(`types.${keyOf(id)}`) }))}
          />
        )}
      </FormField>
      <FormField form={form} name="description">
        {({ value, ...field }) => (
          <TextField {...field} value={value ?? ''} label={t('description')} autoComplete="off" />
        )}
      </FormField>
    </FormDialog>
  );
}

/** Of a type's words: the keys of messages have no dots in them. */
export function keyOf<T extends WebhookType>(type: T): KeyOf<T> {
  return type.replace('.', '_') as KeyOf<T>;
}
type KeyOf<T extends string> = T extends `${infer Area}.${infer What}` ? `${Area}_${What}` : never;

function useWebhookForm(
  webhook: Webhook | undefined,
  { onClose, onMade }: Pick<Parameters<typeof WebhookDialog>[0], 'onClose' | 'onMade'>,
) {
  const words = useErrorWords();
  const [failure, setFailure] = useState<string | null>(null);
  const create = useApiMutation('POST /api/v1/integrations/webhooks');
  const change = useApiMutation('PATCH /api/v1/integrations/webhooks/{id}');
  const form = useApiForm(NewEndpoint, {
    url: webhook?.url ?? '',
    description: webhook?.description ?? '',
    event_types: (webhook?.event_types as WebhookType[] | undefined) ?? [...WEBHOOK_TYPES],
  });
  const draft = useDraft(form, `webhook-${webhook?.id ?? 'new'}`, NewEndpoint);
  const send = async (body: NewEndpoint) => {
    if (webhook === undefined) return onMade?.(await create.mutateAsync({ body }));
    // An empty description is one, too.
    const changed = { ...body, description: body.description ?? '' };
    await change.mutateAsync({
      params: { path: { id: webhook.id } },
      body: changed,
      ifMatch: `"${webhook.version}"`,
    });
    onClose();
  };
  const save = form.handleSubmit(async (body) => {
    setFailure(null);
    try {
      await send(body);
      draft.done();
    } catch (reason) {
      if (reason instanceof ApiError && putProblems(form, reason, { BAD_URL: 'url' })) return;
      setFailure(words(reason).reason);
    }
  });
  return { form, draft, save, failure, isPending: create.isPending || change.isPending };
}
