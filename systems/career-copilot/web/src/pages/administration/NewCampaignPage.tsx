import {
  Button,
  Card,
  CheckboxGroup,
  Columns,
  NumberField,
  Stack,
  showToast,
  TextArea,
  TextField,
} from '@banyan/ui';
import { useRouter } from '@tanstack/react-router';
import { useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { LOCALES } from '../../../../api/notifications.ts';
import { ApiError, useApiMutation, useErrorWords } from '../../api/index.ts';
import { DraftNotice, FormField, putProblems, useApiForm, useDraft } from '../../forms/index.ts';
import { Page } from '../../shell/Page.tsx';
import { type CampaignEntry, CampaignFields, campaignOf, FRESH } from './campaigns.ts';
import { MessagePreview } from './MessagePreview.tsx';

/** Writes a campaign: nothing goes out before it is begun on its own page. */
export function NewCampaignPage() {
  const t = useTranslations('administration.campaigns');
  const words = useErrorWords();
  const router = useRouter();
  const form = useApiForm<typeof CampaignFields, CampaignEntry>(CampaignFields, FRESH);
  const draft = useDraft(form, 'campaign-new', CampaignFields);
  const make = useApiMutation('POST /api/v1/notifications/campaigns');
  const save = form.handleSubmit(async (entered) => {
    try {
      const { id } = await make.mutateAsync({ body: campaignOf(entered) });
      draft.done();
      router.history.push(`/administration/campaigns/${id}`);
    } catch (reason) {
      if (reason instanceof ApiError && putProblems(form, reason)) return;
      const problem = reason instanceof ApiError ? reason.details.problem : undefined;
      showToast({
        title: t('notMade'),
        description: typeof problem === 'string' ? problem : words(reason).reason,
        tone: 'danger',
      });
    }
  });
  return (
    <Page
      title={t('new')}
      parent={{ title: t('title'), href: '/administration/campaigns' }}
      lead={t('newLead')}
      width="full"
    >
      <Columns aside={<Preview form={form} />} isAsideSticky>
        <Card>
          <form id={form.id} onSubmit={save} noValidate>
            <Stack gap={4}>
              <DraftNotice draft={draft} />
              <FormField form={form} name="name">
                {(field) => <TextField label={t('name')} description={t('nameHint')} {...field} />}
              </FormField>
              <FormField form={form} name="subject">
                {(field) => <TextField label={t('subject')} {...field} />}
              </FormField>
              <FormField form={form} name="body">
                {(field) => <TextArea label={t('body')} description={t('bodyHint')} rows={10} {...field} />}
              </FormField>
              <FormField form={form} name="action">
                {(field) => <TextField label={t('action')} {...field} />}
              </FormField>
              <FormField form={form} name="link">
                {(field) => <TextField label={t('link')} description={t('linkHint')} {...field} />}
              </FormField>
              <FormField form={form} name="locales">
                {({ value, onChange }) => (
                  <CheckboxGroup
                    label={t('locales')}
                    description={t('localesHint')}
                    options={LOCALES.map((id) => ({ id, label: t(`localeNames.${id}`) }))}
                    value={value}
                    onChange={(chosen) => onChange(LOCALES.filter((locale) => chosen.includes(locale)))}
                  />
                )}
              </FormField>
              <FormField form={form} name="only">
                {(field) => <TextField label={t('only')} description={t('onlyHint')} {...field} />}
              </FormField>
              <FormField form={form} name="per_minute">
                {(field) => (
                  <NumberField label={t('perMinuteField')} minValue={1} maxValue={10_000} {...field} />
                )}
              </FormField>
              <div>
                <Button type="submit" variant="primary" isPending={make.isPending} pendingLabel={t('saving')}>
                  {t('save')}
                </Button>
              </div>
            </Stack>
          </form>
        </Card>
      </Columns>
    </Page>
  );
}

function Preview({ form }: { form: ReturnType<typeof useApiForm<typeof CampaignFields, CampaignEntry>> }) {
  const { subject = '', body = '', action = '', link = '', locales } = useWatch({ control: form.control });
  return (
    <MessagePreview
      kind="news"
      locale={locales?.[0] ?? 'en'}
      words={{ subject, body, action, short: '' }}
      link={link}
    />
  );
}
