import { type ReactElement, useCallback, useEffect, useId, useMemo, useState } from 'react';
import {
  type DefaultValues,
  type FieldError,
  type FieldValues,
  type Path,
  type PathValue,
  type UseFormReturn,
  useController,
  useForm,
} from 'react-hook-form';
import type { Static, TSchema } from 'typebox';
import { useTranslations } from 'use-intl';
import { isErrorCode } from '../api/codes.ts';
import type { Messages } from '../i18n/catalogue.ts';
import { useSession } from '../session/index.ts';
import { requiredFields } from './check.ts';
import { type DraftName, versionOf } from './drafts.ts';
import { drafts, mayKeep } from './kept-drafts.ts';
import { resolverOf } from './resolver.ts';

export type ApiForm<Values extends FieldValues, Body> = UseFormReturn<Values, unknown, Body> & {
  /** Distinguishes the fields of two forms of one page. */
  id: string;
  required: ReadonlySet<string>;
};

/**
 * A form that sends a body of this schema. Checked when a field is left, and then with each change.
 *
 * @example
 * const form = useApiForm(NewNote, { body: '', is_private: true });
 * <form onSubmit={form.handleSubmit((body) => save.mutate({ params, body }))} noValidate>
 *   <FormField form={form} name="body">{(field) => <TextArea label={t('note')} {...field} />}</FormField>
 */
export function useApiForm<T extends TSchema, Values extends FieldValues = Static<T> & FieldValues>(
  schema: T,
  defaultValues: DefaultValues<Values>,
): ApiForm<Values, Static<T>> {
  const resolver = useMemo(() => resolverOf<T, Values>(schema), [schema]);
  const form = useForm<Values, unknown, Static<T>>({
    resolver,
    defaultValues,
    mode: 'onTouched',
  } as never) as UseFormReturn<Values, unknown, Static<T>>;
  const id = useId();
  const required = useMemo(() => requiredFields(schema), [schema]);
  return useMemo(() => ({ ...form, id, required }), [form, id, required]);
}

/** What a field of @banyan/ui takes. */
export type BoundField<Value> = {
  name: string;
  id: string;
  value: Value;
  onChange: (value: Value) => void;
  onBlur: () => void;
  error: string | undefined;
  isRequired: boolean;
};

/** Binds one field of a form: renders again when it changes, and the form does not. */
export function FormField<Values extends FieldValues, Body, Name extends Path<Values>>({
  form,
  name,
  children,
}: {
  form: ApiForm<Values, Body>;
  name: Name;
  children: (field: BoundField<PathValue<Values, Name>>) => ReactElement;
}): ReactElement {
  const { field, fieldState } = useController({ control: form.control as never, name });
  const say = useFieldWords();
  const id = fieldId(form, name);
  const { ref } = field;
  // So that the first field with an error gets the focus, whatever the field is made of.
  useEffect(() => ref({ focus: () => document.getElementById(id)?.focus() }), [ref, id]);
  return children({
    name,
    id,
    value: field.value,
    onChange: field.onChange,
    onBlur: field.onBlur,
    error: say(fieldState.error),
    isRequired: form.required.has(name),
  });
}

/** Of what is focused, e.g. from the summary of a form's errors. */
export function fieldId(form: { id: string }, name: string): string {
  return `${form.id}-${name}`;
}

/** Says what is wrong with a field. */
export function useFieldWords(): (error: FieldError | undefined) => string | undefined {
  const t = useTranslations('forms.problems');
  const ofCode = useTranslations('api.errors');
  return (error) => {
    if (error === undefined) return undefined;
    const { type, message } = error;
    if (isErrorCode(type)) return ofCode(type);
    return t.has(type as Keyword) ? t(type as Keyword, { limit: Number(message) }) : t('invalid');
  };
}

type Keyword = keyof Messages['forms']['problems'];

/** Drafts are kept when somebody pauses for so long, ms; or leaves. */
const PAUSE_MS = 400;

export type FormDraft = {
  /** What is shown was kept at this time, ms; null: it was not. To be told, with `discard` beside it. */
  restoredAt: number | null;
  /** Begins anew. */
  discard(): void;
  /** It was sent: nothing is to be kept any more. */
  done(): void;
  /** For a write that takes one: the same key for the same body, also after a reload. */
  idempotencyKeyFor(body: unknown): string;
};

/** Keeps what is entered into a form, by person; never passwords, tokens or codes. `name` says which form, with what it is about: `note-12`. */
export function useDraft<Values extends FieldValues, Body>(
  form: ApiForm<Values, Body>,
  name: string,
  schema: TSchema,
): FormDraft {
  const session = useSession();
  const user = session.status === 'in' ? session.user.id : null;
  const of = useMemo<DraftName>(
    () => ({ user, form: name, version: versionOf(schema) }),
    [user, name, schema],
  );
  const [restoredAt, setRestoredAt] = useState<number | null>(null);
  const [pending] = useState(() => new PendingDraft());

  useEffect(() => {
    const draft = drafts.read(of);
    if (draft === null || Object.keys(draft.values).length === 0) return;
    form.reset({ ...form.getValues(), ...draft.values } as Values, { keepDefaultValues: true });
    setRestoredAt(draft.at);
    const restored = JSON.stringify(form.getValues());
    // Somebody who left the page while this was being sent, and came back before it was: it is sent, and not to be sent again.
    return drafts.onDiscard(of, pending, () => {
      setRestoredAt(null);
      if (JSON.stringify(form.getValues()) === restored) form.reset();
    });
  }, [of, form, pending]);

  useEffect(() => {
    const { unsubscribe } = form.watch((values, { name: changed }) => {
      // A form that is filled with what is known has no draft of it.
      if (changed === undefined) return;
      pending.cancel();
      pending.keep = () => mayKeep() && drafts.keep(of, values as Record<string, unknown>);
      pending.timer = setTimeout(() => pending.flush(), PAUSE_MS);
    });
    const flush = () => pending.flush();
    addEventListener('pagehide', flush);
    return () => {
      unsubscribe();
      removeEventListener('pagehide', flush);
      flush();
    };
  }, [of, form, pending]);

  const done = useCallback(() => {
    pending.cancel();
    drafts.discard(of, pending);
    setRestoredAt(null);
  }, [of, pending]);
  const discard = useCallback(() => {
    form.reset();
    done();
  }, [form, done]);
  return { restoredAt, discard, done, idempotencyKeyFor: (body) => drafts.keyFor(of, body) };
}

/** What was entered since a draft was kept. */
class PendingDraft {
  timer: ReturnType<typeof setTimeout> | undefined;
  keep: (() => void) | undefined;

  cancel(): void {
    clearTimeout(this.timer);
    this.keep = undefined;
  }

  flush(): void {
    const { keep } = this;
    this.cancel();
    keep?.();
  }
}
