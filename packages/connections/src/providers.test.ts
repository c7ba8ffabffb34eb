import assert from 'node:assert/strict';
import { it } from 'node:test';
import { providersIn } from './providers.ts';

const GOOD = {
  name: 'google',
  issuer: 'https://accounts.google.com',
  client_id: 'app',
  client_secret: 'a secret that is not shown',
  scopes: ['openid'],
  redirect_uri: 'https://app.example.com/connected',
};

it('providers are those of the list, by their names', () => {
  assert.equal(providersIn(undefined).size, 0);
  assert.deepEqual(
    [...providersIn(JSON.stringify([GOOD, { ...GOOD, name: 'other' }])).keys()],
    ['google', 'other'],
  );
});

it('a list that cannot be is refused without showing a secret', () => {
  for (const list of [
    '{',
    '{}',
    JSON.stringify([{ ...GOOD, name: 'Google' }]),
    JSON.stringify([{ ...GOOD, issuer: 'ftp://a' }]),
    JSON.stringify([{ ...GOOD, issuer: 'http://accounts.google.com' }]),
    JSON.stringify([GOOD, GOOD]),
    JSON.stringify([{ ...GOOD, name: 'caldav' }]),
    JSON.stringify([{ ...GOOD, scopes: undefined }]),
  ])
    assert.throws(
      () => providersIn(list),
      ({ message }: Error) => /OAUTH_PROVIDERS/.test(message) && !message.includes('not shown'),
    );
});

it('one without discovery says where its endpoints are', async () => {
  const endpoints = { authorization: 'https://a.example/authorize', token: 'https://a.example/token' };
  const metadata = await providersIn(JSON.stringify([{ ...GOOD, endpoints }]))
    .get('google')!
    .metadata();
  assert.equal(metadata.token_endpoint, 'https://a.example/token');
});
