import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasCalendars, pageOfProvider, providerName, serverOf } from './accounts.ts';

describe('accounts elsewhere', () => {
  it('are called as people know them', () => {
    assert.equal(providerName('google'), 'Google');
    assert.equal(providerName('career-copilot'), 'Career copilot');
  });

  it('have calendars where they have let us at them', () => {
    const scopes = ['openid', 'https://www.googleapis.com/auth/calendar.events'];
    assert.ok(hasCalendars({ provider: 'google', scopes }));
    assert.ok(hasCalendars({ provider: 'caldav', scopes: [] }));
    assert.ok(!hasCalendars({ provider: 'career-copilot', scopes: ['read', 'write'] }));
  });

  it('are connected on pages of the web, and no others', () => {
    assert.equal(
      pageOfProvider('https://accounts.example/authorize?state=1'),
      'https://accounts.example/authorize?state=1',
    );
    assert.equal(pageOfProvider('http://127.0.0.1:4000/authorize'), 'http://127.0.0.1:4000/authorize');
    for (const address of [
      'javascript:alert(1)',
      'data:text/html,1',
      'http://accounts.example',
      '/login',
      '',
    ])
      assert.equal(pageOfProvider(address), null, address);
  });

  it('on a calendar server that is known are known by its address', () => {
    assert.equal(serverOf('https://caldav.fastmail.com/'), 'fastmail');
    assert.equal(serverOf('https://dav.example.com'), 'other');
    assert.equal(serverOf(''), 'other');
  });
});
