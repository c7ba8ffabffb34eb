import { Button, Skeleton, Stack, showToast } from '@banyan/ui';
import { useParams } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useApiMutation, useApiQuery } from '../../../api/index.ts';
import { Page } from '../../../shell/Page.tsx';
import { Reading } from '../../../shell/Reading.tsx';
import { Available } from '../Available.tsx';
import { useTelling } from '../use-telling.ts';
import { DeliveriesCard } from './DeliveriesCard.tsx';
import { WebhookCard } from './WebhookCard.tsx';
import { shortAddress, type Webhook } from './webhook.ts';

const READ = 'GET /api/v1/integrations/webhooks/{id}';

/** One webhook: how it stands, and what was sent to it. */
export function WebhookPage() {
  const t = useTranslations('webhooks');
  const { id } = useParams({ from: '/signed-in/settings/webhooks/$id' });
  const webhook = useApiQuery(READ, { params: { path: { id } } });
  return (
    <Page
      title={webhook.data === undefined ? t('one') : shortAddress(webhook.data.url)}
      parent={{ title: t('title'), href: '/settings/webhooks' }}
      lead={webhook.data?.description}
      actions={webhook.data !== undefined && <Test webhook={webhook.data} />}
    >
      <Available operation={READ} skeleton={<WebhookSkeleton />}>
        <Reading of={webhook} failed={t('oneFailed')} skeleton={<WebhookSkeleton />}>
          {(read) => (
            <Stack gap={5}>
              <WebhookCard webhook={read} />
              <DeliveriesCard webhook={read} />
            </Stack>
          )}
        </Reading>
      </Available>
    </Page>
  );
}

function Test({ webhook }: { webhook: Webhook }) {
  const t = useTranslations('webhooks.test');
  const tell = useTelling();
  const test = useApiMutation('POST /api/v1/integrations/webhooks/{id}/test', {
    onSuccess: () => void showToast({ title: t('sent'), description: t('sentText'), tone: 'good' }),
    onError: (reason) => tell(t('notSent'), reason),
  });
  return (
    <Button
      icon="send"
      isDisabled={webhook.disabled !== null}
      isPending={test.isPending}
      pendingLabel={t('pending')}
      onPress={() => test.mutate({ params: { path: { id: webhook.id } } })}
    >
      {t('send')}
    </Button>
  );
}

function WebhookSkeleton() {
  return (
    <Stack gap={5}>
      <Skeleton shape="block" height="14rem" />
      <Skeleton shape="block" height="20rem" />
    </Stack>
  );
}
