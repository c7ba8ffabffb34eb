import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Fastify from 'fastify';
import { loggerOptions, makeRequestLoggersLazy } from './logging.ts';

describe("a request's logger", () => {
  it('is made at the first line only, and then writes as its parent would for that request', async () => {
    const lines: string[] = [];
    let children = 0;
    const app = Fastify({
      logger: {
        ...loggerOptions('test', 'info'),
        stream: { write: (line: string) => void lines.push(line) },
      },
      disableRequestLogging: true,
      genReqId: () => 'r-1',
    });
    const { child } = app.log;
    function counting(this: typeof app.log, ...given: Parameters<typeof child>) {
      if (this === app.log) children += 1;
      return child.apply(this, given);
    }
    Object.assign(app.log, { child: counting });
    makeRequestLoggersLazy(app.log);
    app.get('/quiet', async () => 'quiet');
    app.get('/loud', async ({ log }) => {
      log.info({ password: 'hunter2' }, 'one');
      log.child({ part: 'x' }).warn('two');
      log.debug('not at this level');
      return 'loud';
    });
    await app.inject('/quiet');
    assert.equal(children, 0);
    await app.inject('/loud');
    assert.equal(children, 1);
    const [one, two] = lines.map((line) => JSON.parse(line));
    assert.deepEqual([one.msg, one.reqId, one.password], ['one', 'r-1', '[redacted]']);
    assert.deepEqual([two.msg, two.reqId, two.part], ['two', 'r-1', 'x']);
    assert.equal(lines.length, 2);
    app.log.child({ part: 'y' });
    assert.equal(children, 2);
    await app.close();
  });
});
