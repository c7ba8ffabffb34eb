import assert from 'node:assert/strict';
import { it } from 'node:test';
import { publicAnd } from './networks.ts';
import { urlProblem } from './url-problem.ts';

it('an address is one of https, without a password; of http only a literal one in a network that was allowed', () => {
  const inside = publicAnd('10.0.0.0/8');
  for (const good of ['https://example.com/hook?a=1', 'https://10.1.1.1:8443', 'http://10.1.1.1/hook'])
    assert.equal(urlProblem(good, inside), undefined, good);
  const bad = [
    '',
    'example.com',
    'http://example.com',
    'http://11.1.1.1',
    'http://192.168.1.1',
    'http://10.example.com@11.1.1.1',
  ];
  for (const url of [
    ...bad,
    'ftp://example.com',
    'https://a:b@example.com',
    'https://a@example.com',
    'file:///etc/passwd',
  ])
    assert.notEqual(urlProblem(url, inside), undefined, url);
});
