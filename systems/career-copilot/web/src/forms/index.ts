/** Forms that are checked by the schemas of the public API, and keep what was entered. */
export { DraftNotice } from './DraftNotice.tsx';
export { FormDialog } from './FormDialog.tsx';
export {
  type ApiForm,
  type BoundField,
  type FormDraft,
  FormField,
  fieldId,
  useApiForm,
  useDraft,
  useFieldWords,
} from './form.tsx';
export { PasswordField } from './PasswordField.tsx';
export { type FieldOfCode, putProblems } from './server-problems.ts';
