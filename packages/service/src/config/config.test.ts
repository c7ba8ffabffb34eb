import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Type } from 'typebox';
import { ConfigError, readConfig } from './config.ts';

const schema = Type.Object({
  PORT: Type.Integer({ minimum: 0, default: 80 }),
  SECRET: Type.String({ minLength: 8 }),
  DEBUG: Type.Optional(Type.Boolean()),
});

describe('readConfig', () => {
  it('converts, fills in defaults and leaves out what it does not know', () => {
    const config = readConfig(schema, { SECRET: 'long enough', DEBUG: 'true', HOME: '/root' });
    assert.deepEqual(config, { PORT: 80, SECRET: 'long enough', DEBUG: true });
  });

  it('takes an empty variable for a missing one', () => {
    assert.equal(readConfig(schema, { SECRET: 'long enough', PORT: '' }).PORT, 80);
  });

  it('names every bad variable and never its value', () => {
    assert.throws(
      () => readConfig(schema, { SECRET: 'hunter2', PORT: 'http' }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(error.variables.toSorted(), ['PORT', 'SECRET']);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  });

  it('names a missing variable', () => {
    assert.throws(() => readConfig(schema, {}), /SECRET is missing/);
  });
});
