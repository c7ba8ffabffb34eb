import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { LoadError } from '@banyan/plan/problem';
import { readRecording } from './read-recording.ts';

const folder = mkdtempSync(join(tmpdir(), 'recordings '));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const HEAD = { banyan: 'traffic', version: 1, startedAt: '2026-11-26T00:00:00.000Z', share: 1, keep: [] };
const REQUEST = {
  at: 5,
  user: null,
  client: 'x',
  issuer: null,
  method: 'GET',
  path: '/a/:b',
  params: { b: '1' },
  query: [['c', 'd']],
  headers: {},
  status: 200,
  ids: [['/id', 7]],
};
const TAIL = { ended: '2026-11-26T00:10:00.000Z', recorded: 1, dropped: 0, unmatched: 0, replaced: {} };

function fileOf(...lines: (object | string)[]): string {
  const file = join(folder, `${++files}.ndjson`);
  writeFileSync(
    file,
    lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join(''),
  );
  return file;
}

it('reads requests in the order in which they came, whoever was answered first', async () => {
  const { requests, tail } = await readRecording(fileOf(HEAD, { ...REQUEST, at: 9 }, REQUEST, TAIL));
  assert.deepEqual(
    requests.map(({ at }) => at),
    [5, 9],
  );
  assert.deepEqual(tail, TAIL);
});

it('reads a recording that was broken off as far as it goes', async () => {
  const { requests, tail } = await readRecording(fileOf(HEAD, REQUEST, '{"at":6,"us'));
  assert.deepEqual([requests.length, tail], [1, null]);
});

for (const [what, lines, says] of [
  ['nothing', [], /line 1/],
  ['another file', ['hello\nworld\n'], /line 1/],
  ['a recording of another version', [{ ...HEAD, version: 2 }], /version 2/],
  ['a recording of nothing', [HEAD, TAIL], /holds no request/],
  ['a line in its midst that is half written', [HEAD, '{"at":\n', REQUEST], /line 2/],
  ['a request that has no path', [HEAD, { ...REQUEST, path: 'http://elsewhere/' }], /line 2/],
  ['a header that is no text', [HEAD, { ...REQUEST, headers: { a: {} } }], /line 2/],
] as const)
  it(`refuses ${what}, and says where`, async () => {
    await assert.rejects(readRecording(fileOf(...lines)), (error) => {
      assert.ok(error instanceof LoadError);
      assert.match(error.message, says);
      return true;
    });
  });

it('refuses a file that is not there', async () => {
  await assert.rejects(readRecording(join(folder, 'none')), /there is no such file/);
});
