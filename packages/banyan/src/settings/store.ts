import { readFileSync } from 'node:fs';
import { applySchema, withTransaction } from '@banyan/postgres';
import { checkFlag, checkSetting, type Flag, type Setting } from '@banyan/service/settings';
import type pg from 'pg';
import { ControlError } from '../control/control.ts';
import type { Settings, StoredFlag } from './settings.ts';

/** The channel on which changes of settings are announced. */
export const SETTINGS_CHANNEL = 'banyan_settings';

/** So many flags at most: each change sends all of them to every service. */
const FLAGS = 500;

/** Flags and configuration in the control database. Brings its tables there. */
export async function createSettings(pool: pg.Pool): Promise<Settings> {
  const sql = readFileSync(new URL('./settings.sql', import.meta.url), 'utf8');
  await applySchema(pool, { name: 'banyan-settings', sql });
  return {
    flags: () => readFlags(pool),

    async flag(key) {
      const { rows } = await pool.query<FlagRow>(`SELECT * FROM control.flags WHERE key = $1`, [key]);
      return rows[0] ? toFlag(rows[0]) : throwNoFlag(key);
    },

    async setFlag(flag, version) {
      const [problem] = checkFlag(flag);
      if (problem) throw badFlag(problem);
      return await withTransaction(pool, async (tx) => {
        const revision = await nextRevision(tx);
        const { rows } = await tx.query<{ version: string }>(
          `SELECT version FROM control.flags WHERE key = $1`,
          [flag.key],
        );
        const before = Number(rows[0]?.version ?? 0);
        if (version !== null && version !== before) throw flagChanged(flag.key, version, before);
        if (before === 0) await refuseTooMany(tx);
        const { rows: written } = await tx.query<FlagRow>(
          `INSERT INTO control.flags (key, flag, version) VALUES ($1, $2, $3)
           ON CONFLICT (key) DO UPDATE SET flag = excluded.flag, version = excluded.version, updated_at = clock_timestamp()
           RETURNING *`,
          [flag.key, JSON.stringify(flag), revision],
        );
        return toFlag(written[0]!);
      });
    },

    async deleteFlag(key) {
      await withTransaction(pool, async (tx) => {
        await nextRevision(tx);
        const { rowCount } = await tx.query(`DELETE FROM control.flags WHERE key = $1`, [key]);
        if (rowCount === 0) throwNoFlag(key);
      });
    },

    async config(service) {
      const { rows } = await pool.query<SettingRow>(
        `SELECT * FROM control.config WHERE $1::text IS NULL OR service = $1 ORDER BY service, key`,
        [service],
      );
      return rows.map(toSetting);
    },

    async setConfig(service, key, value) {
      const problem = checkSetting(service, key, value);
      if (problem) throw new ControlError(problem.code, 400, problem.message, problem.hint);
      return await withTransaction(pool, async (tx) => {
        await nextRevision(tx);
        const { rows } = await tx.query<SettingRow>(
          `INSERT INTO control.config (service, key, value) VALUES ($1, $2, $3)
           ON CONFLICT (service, key) DO UPDATE SET value = excluded.value, updated_at = clock_timestamp() RETURNING *`,
          [service, key, value],
        );
        return toSetting(rows[0]!);
      });
    },

    async unsetConfig(service, key) {
      await withTransaction(pool, async (tx) => {
        await nextRevision(tx);
        const { rowCount } = await tx.query(`DELETE FROM control.config WHERE service = $1 AND key = $2`, [
          service,
          key,
        ]);
        if (rowCount !== 0) return;
        throw new ControlError(
          'no_such_setting',
          404,
          `${key} is not set for ${service}`,
          'banyan config list shows what is set',
        );
      });
    },
  };
}

type FlagRow = { flag: Flag; version: string; updated_at: Date };
type SettingRow = { service: string; key: string; value: string; updated_at: Date };

/** Revision and flags of one moment. */
async function readFlags(pool: pg.Pool): Promise<{ revision: number; flags: StoredFlag[] }> {
  const { rows } = await pool.query<{ revision: string } & FlagRow>(
    `SELECT r.revision, f.* FROM control.settings_revision r LEFT JOIN control.flags f ON true ORDER BY f.key`,
  );
  return {
    revision: Number(rows[0]?.revision ?? 0),
    flags: rows.filter(({ flag }) => flag !== null).map(toFlag),
  };
}

/** One change after the other: the row's lock is held until commit, and listeners are told at commit. */
async function nextRevision(tx: pg.PoolClient): Promise<number> {
  const { rows } = await tx.query<{ revision: string }>(
    `UPDATE control.settings_revision SET revision = revision + 1 RETURNING revision`,
  );
  await tx.query(`SELECT pg_notify($1, '')`, [SETTINGS_CHANNEL]);
  return Number(rows[0]!.revision);
}

async function refuseTooMany(tx: pg.PoolClient): Promise<void> {
  const { rows } = await tx.query<{ count: string }>(`SELECT count(*) FROM control.flags`);
  if (Number(rows[0]!.count) < FLAGS) return;
  throw new ControlError(
    'too_many_flags',
    409,
    `there are ${FLAGS} flags already`,
    'delete those that nobody asks for any more: banyan flags delete <key>',
  );
}

function toFlag({ flag, version, updated_at }: FlagRow): StoredFlag {
  return { ...flag, version: Number(version), updatedAt: updated_at.toISOString() };
}

function toSetting({ service, key, value, updated_at }: SettingRow): Setting {
  return { service, key, value, updatedAt: updated_at.toISOString() };
}

function badFlag({ path, message, hint }: { path: string; message: string; hint: string }): ControlError {
  return new ControlError('bad_flag', 400, `${path} ${message}`, hint);
}

function throwNoFlag(key: string): never {
  throw new ControlError(
    'no_such_flag',
    404,
    `there is no flag '${key}'`,
    `banyan flags list shows those there are, banyan flags set ${key} makes it`,
  );
}

function flagChanged(key: string, expected: number, found: number): ControlError {
  const message =
    found === 0
      ? `'${key}' is not there any more`
      : expected === 0
        ? `'${key}' is there already`
        : `'${key}' was changed meanwhile: it has version ${found}, not ${expected}`;
  return new ControlError('flag_changed', 409, message, `look at it again: banyan flags get ${key}`);
}
