import { type Static, Type } from 'typebox';
import { Text } from './common.ts';

/** Of a file that is imported, bytes. ESCO's whole list is a sixth of that. */
export const IMPORT_BYTES = 64 * 1024 * 1024;

export const ImportReport = Type.Object({
  added: Type.Integer(),
  changed: Type.Integer(),
  unchanged: Type.Integer(),
  refused: Type.Integer({ description: 'Records that are none, or are called as another skill.' }),
  errors: Type.Array(
    Type.Object({
      line: Type.Integer({ description: 'On which the record ends, from 1 on.' }),
      code: Type.String(),
      detail: Type.String(),
    }),
    { description: 'The first 100 of them.' },
  ),
});
export type ImportReport = Static<typeof ImportReport>;

export const SuggestionQuery = Type.Object({ text: Text(100, 1) });

export const Suggestion = Type.Object({
  skillId: Type.String(),
  name: Type.String(),
  foundBy: Type.String({ description: 'The name of it, or another one, in which the text is.' }),
});
