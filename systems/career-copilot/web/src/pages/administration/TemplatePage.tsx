import { Button, Card, Columns, Skeleton, Stack, showToast, TextArea, TextField } from '@banyan/ui';
import { getRouteApi } from '@tanstack/react-router';
import { useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import type { TemplateWords } from '../../../../api/notifications.ts';
import { type Answer, ApiError, useApiMutation, useApiQuery, useErrorWords } from '../../api/index.ts';
import {
  type ApiForm,
  DraftNotice,
  FormField,
  putProblems,
  useApiForm,
  useDraft,
} from '../../forms/index.ts';
import { Available } from '../../shell/Available.tsx';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import { MessagePreview } from './MessagePreview.tsx';
import { NotYet } from './NotYet.tsx';
import { type Kind, type Locale, TEMPLATE, TEMPLATES, TemplateFields, wordsOf } from './templates.ts';

const route = getRouteApi('/signed-in/administration/templates/$kind/$locale');

/** The words of one kind in one language: changed beside how they come out. */
export function TemplatePage() {
  const t = useTranslations('administration.templates');
  const { kind, locale } = route.useParams() as { kind: Kind; locale: Locale };
  const title =
    t.has(`kinds.${kind}`) && t.has(`locales.${locale}`)
      ? t('titleOf', { kind: t(`kinds.${kind}`), locale: t(`locales.${locale}`) })
      : t('title');
  return (
    <Page
      title={title}
      parent={{ title: t('title'), href: '/administration/templates' }}
      lead={t('editLead')}
      width="full"
    >
      <Available operation={TEMPLATES} skeleton={<FormSkeleton />} missing={<NotYet part="templates" />}>
        <Template key={`${kind} ${locale}`} kind={kind} locale={locale} />
      </Available>
    </Page>
  );
}

function Template({ kind, locale }: { kind: Kind; locale: Locale }) {
  const t = useTranslations('administration.templates');
  const template = useApiQuery(
    TEMPLATE,
    { params: { path: { kind, locale } } },
    { staleTime: Number.POSITIVE_INFINITY },
  );
  return (
    <Reading of={template} failed={t('failedOne')} skeleton={<FormSkeleton />}>
      {(stored) => <TemplateForm key={stored.version} stored={stored} />}
    </Reading>
  );
}

function TemplateForm({ stored }: { stored: Answer<typeof TEMPLATE> }) {
  const t = useTranslations('administration.templates');
  const words = useErrorWords();
  const { kind, locale, version } = stored;
  const form = useApiForm<typeof TemplateFields, TemplateWords>(TemplateFields, stored.words);
  // Whatever its version: when somebody else has changed it meanwhile, what was written here is still there.
  const draft = useDraft(form, `template-${kind}-${locale}`, TemplateFields);
  const put = useApiMutation('PUT /api/v1/notifications/templates/{kind}/{locale}');
  const save = form.handleSubmit(async (entered) => {
    try {
      await put.mutateAsync({
        params: { path: { kind, locale } },
        body: wordsOf(entered),
        ifMatch: `"${version}"`,
      });
      draft.done();
      showToast({ title: t('saved'), tone: 'good' });
    } catch (reason) {
      if (reason instanceof ApiError && putProblems(form, reason)) return;
      showToast({
        title: t('notSaved'),
        description: problemOf(reason) ?? words(reason).reason,
        tone: 'danger',
      });
    }
  });
  return (
    <Columns aside={<Preview form={form} kind={kind} locale={locale} />} isAsideSticky>
      <Card>
        <form id={form.id} onSubmit={save} noValidate>
          <Stack gap={4}>
            <DraftNotice draft={draft} />
            <FormField form={form} name="subject">
              {(field) => <TextField label={t('subject')} {...field} />}
            </FormField>
            <FormField form={form} name="body">
              {(field) => <TextArea label={t('body')} description={t('bodyHint')} rows={12} {...field} />}
            </FormField>
            <FormField form={form} name="action">
              {(field) => <TextField label={t('action')} description={t('actionHint')} {...field} />}
            </FormField>
            <FormField form={form} name="short">
              {(field) => <TextArea label={t('short')} description={t('shortHint')} rows={2} {...field} />}
            </FormField>
            <p>
              {t('fields', {
                names: Object.keys(stored.sample)
                  .map((name) => `{{ ${name} }}`)
                  .join(' '),
              })}
            </p>
            <div>
              <Button type="submit" variant="primary" isPending={put.isPending} pendingLabel={t('saving')}>
                {t('save')}
              </Button>
            </div>
          </Stack>
        </form>
      </Card>
    </Columns>
  );
}

function Preview({
  form,
  kind,
  locale,
}: {
  form: ApiForm<TemplateWords, TemplateFields>;
  kind: Kind;
  locale: Locale;
}) {
  const { subject = '', body = '', action = '', short = '' } = useWatch({ control: form.control });
  return <MessagePreview kind={kind} locale={locale} words={{ subject, body, action, short }} />;
}

/** What is wrong with a template, in the words of whoever fills it; null: something else. */
function problemOf(reason: unknown): string | null {
  const problem = reason instanceof ApiError ? reason.details.problem : undefined;
  return typeof problem === 'string' ? problem : null;
}

function FormSkeleton() {
  return <Skeleton shape="block" height="40rem" />;
}
