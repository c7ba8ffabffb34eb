import { type Static, Type } from 'typebox';

export const NewEntry = Type.Object({ text: Type.String({ minLength: 1, maxLength: 500 }) });

export const Entry = Type.Object({
  id: Type.Integer(),
  text: Type.String(),
  version: Type.Integer(),
});
export type Entry = Static<typeof Entry>;
