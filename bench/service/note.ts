import { Type } from 'typebox';

/** The one resource of both contenders: the same schemas, the same statement. */
export const Params = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });

export const Note = Type.Object({
  id: Type.Integer(),
  title: Type.String(),
  body: Type.String(),
  tags: Type.Array(Type.String()),
  version: Type.Integer(),
  created_at: Type.Unsafe<Date>({ type: 'string', format: 'date-time' }),
});

export const findNote = (id: number) => ({
  name: 'note',
  text: 'SELECT id, title, body, tags, version, created_at FROM notes WHERE id = $1',
  values: [id],
});

export const POOL_SIZE = 10;
