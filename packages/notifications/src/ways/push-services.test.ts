import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isPushService, PUSH_ORIGINS } from './push-services.ts';

it('requests go to push services of browsers, and nowhere else', () => {
  for (const endpoint of [
    'https://fcm.googleapis.com/fcm/send/abc',
    'https://updates.push.services.mozilla.com/wpush/v2/x',
    'https://web.push.apple.com/x',
    'https://db5p.notify.windows.com/w/?token=x',
  ])
    assert.equal(isPushService(endpoint, PUSH_ORIGINS), true, endpoint);
  for (const endpoint of [
    'http://fcm.googleapis.com/x',
    'https://127.0.0.1/x',
    'https://fcm.googleapis.com.evil.example/x',
    'https://fcm.googleapis.com:444/x',
    'https://user@fcm.googleapis.com/x',
    'https://notify.windows.com/x',
    'https://evil.example/.notify.windows.com',
    'https://.notify.windows.com/x',
    'nonsense',
  ])
    assert.equal(isPushService(endpoint, PUSH_ORIGINS), false, endpoint);
});
