import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTables } from './check-tables.ts';
import { copy, type OwnerRule, rename, table } from './mapping.ts';
import { ownerLookup, ownerSql } from './owner.ts';

const apps = table({
  legacy: 'apps',
  service: { table: 'applications', key: ['application_id'] },
  owner: { by: 'key', legacyColumn: 'user_id', serviceColumn: 'owner' },
  columns: [rename('id', 'application_id'), rename('user_id', 'owner')],
});
const notes = (owner: OwnerRule) =>
  table({ legacy: 'notes', owner, columns: [copy('id'), rename('app_id', 'application')] });
const byApp = notes({ by: 'parent', table: 'apps', column: 'app_id' });

test('the owner of a row is found by its parent, with the names of each side', () => {
  const options = { ofKey: (key: string) => `own(${key})`, orphan: 'false' };
  assert.equal(
    ownerSql(ownerLookup(byApp, [byApp, apps], 'service')!, 't', options),
    'CASE WHEN t."application" IS NULL THEN own(NULL::text) ELSE coalesce((SELECT own(banyan_parent_0."owner") ' +
      'FROM "public"."applications" AS banyan_parent_0 WHERE banyan_parent_0."application_id" = t."application"), false) END',
  );
});

test('a parent that cannot say whose a row is is refused with the reason', () => {
  const refused = (tables: Parameters<typeof checkTables>[0], why: RegExp) =>
    assert.throws(() => checkTables(tables), { code: 'MAPPING_INVALID', message: why });
  checkTables([apps, byApp]);
  refused([byApp], /public\.apps, which is no mapped table of this service/);
  refused([notes({ by: 'parent', table: 'notes', column: 'app_id' })], /lead in a circle, by public\.notes/);
  refused([{ ...apps, owner: { by: 'writer' } }, byApp], /has one writer: say \{ by: 'writer' \} here too/);
  const wide = {
    ...apps,
    legacy: { ...apps.legacy, key: ['id', 'user_id'] },
    service: { ...apps.service, key: ['application_id', 'owner'] },
  };
  refused([wide, byApp], /has a key of several columns/);
  assert.throws(
    () => notes({ by: 'parent', table: 'apps', column: 'id2' }),
    /must be mapped by rename\(\) or copy\(\)/,
  );
});
