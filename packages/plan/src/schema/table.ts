import type { TableMapping } from '@banyan/replication';
import { Type } from 'typebox';
import {
  described,
  either,
  fields,
  flag,
  list,
  named,
  oneOf,
  optional,
  record,
  required,
  strings,
  text,
} from './fields.ts';

const tableName = () =>
  record(
    {
      schema: required(
        "The schema's name; `public` when table() is given none.",
        text("a schema's name", "'public'"),
      ),
      table: required("The table's name.", text("a table's name", "'users'")),
      key: required(
        "The columns of its primary key, in the same order on both sides; `['id']` when table() is given none.",
        list(text("a column's name", "'id'"), 'a list of key columns', "['id']", 1),
      ),
    },
    '{ schema, table, key }',
  );

/** What table() makes. */
export const TableSchema = Type.Unsafe<TableMapping>(
  record(
    {
      legacy: required(
        "The monolith's table; table() also takes `'users'` and `'schema.users'`.",
        tableName(),
      ),
      service: required(
        "The service's table; table() takes the legacy one's name and key when it is left out.",
        tableName(),
      ),
      rows: required(
        '`owned`: this service inserts and deletes rows. `foreign`: another service (or the monolith) does, this one owns columns only.',
        oneOf('owned', 'foreign'),
      ),
      where: optional(
        "Which of the monolith's rows the service takes over, if not all: those with one of these texts in a column. Other services may take others; what nobody takes stays the monolith's. A row that gets another value changes services.",
        record(
          {
            column: required(
              "The monolith's column that tells (text, a whole number, a uuid or an enum), mapped by copy() or rename(). The table needs REPLICA IDENTITY FULL.",
              text("a column's name", "'source'"),
            ),
            in: required(
              "The texts of its values whose rows are this service's.",
              list(
                described(
                  (options) => Type.String({ ...options, maxLength: 200 }),
                  'a text of at most 200 characters',
                  "'jobs'",
                ),
                'a list of texts',
                "['jobs']",
                1,
              ),
            ),
          },
          '{ column, in }',
        ),
        { otherwise: 'all' },
      ),
      owner: required(
        "Who writes a row. By key: the side of the row's key (name the column that holds it on each side). By parent: whoever owns the row of another table of the service that it belongs to. By writer: one side writes the table, and the writer changes at 100 %; that is what table() takes when it is left out.",
        either(
          [
            fields({
              by: required("The side of the row's key writes it.", Type.Literal('key')),
              legacyColumn: required(
                "The column with the key in the monolith's table.",
                Type.String({ minLength: 1 }),
              ),
              serviceColumn: required(
                "The column with the key in the service's table.",
                Type.String({ minLength: 1 }),
              ),
            }),
            fields({
              by: required('Whoever owns the row that it belongs to writes it.', Type.Literal('parent')),
              table: required(
                "The monolith's table of that row (`applications` or `public.applications`), which the service maps too; it has an owner by key, or by a parent of its own.",
                Type.String({ minLength: 1 }),
              ),
              column: required(
                "The column of this table, in the monolith, that refers to that row's key.",
                Type.String({ minLength: 1 }),
              ),
            }),
            fields({ by: required('One side writes the whole table.', Type.Literal('writer')) }),
          ],
          "{ by: 'key', legacyColumn, serviceColumn }, { by: 'parent', table, column } or { by: 'writer' }",
          "{ by: 'key', legacyColumn: 'user_id', serviceColumn: 'user_id' }",
        ),
      ),
      columns: required(
        'What becomes of the columns, made with copy(), rename(), split(), merge(), constant() and derived().',
        list(
          record(
            {
              flow: required(
                '`both`: either side may change it. `forward`: the monolith only. `seed`: filled when a row is inserted, then left alone and not verified.',
                oneOf('both', 'forward', 'seed'),
              ),
              forward: required(
                "The service's columns as SQL over the monolith's.",
                named(Type.String(), 'service columns to SQL', "{ email: 'email' }"),
              ),
              reverse: required(
                "The monolith's columns as SQL over the service's; empty when there is no way back.",
                named(Type.String(), 'legacy columns to SQL', "{ email: 'email' }"),
              ),
              legacyColumns: required(
                "The monolith's columns that are read.",
                strings('a list of columns', "['email']"),
              ),
              serviceColumns: required(
                "The service's columns that are filled.",
                strings('a list of columns', "['email']"),
              ),
            },
            'a column mapping; make it with rename(), copy(), split(), merge(), constant() or derived()',
          ),
          'a list of column mappings',
          "[copy('id', 'email')]",
        ),
      ),
      onTruncate: required(
        'What a TRUNCATE on the source does: `replicate` it, `block` (stop and ask, what table() takes when it is left out), or `ignore`.',
        oneOf('replicate', 'block', 'ignore'),
      ),
      mayBeEmpty: optional(
        'Whether a table without rows on both sides passes verification; comparing nothing proves nothing.',
        flag(),
        { otherwise: 'false' },
      ),
      append: optional(
        'Whether rows are only ever inserted: an update or delete of one is recorded as the conflict `append_only_changed`, and applied all the same.',
        flag(),
        { otherwise: 'false' },
      ),
    },
    'a table mapping; make it with table()',
  ),
);
