import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bounceIn } from './dsn.ts';

const ID = '0b9f2c1e-6f0a-4a63-9d3c-1f2e3d4c5b6a';
/** As mail servers write it. */
const report = (status: string, action = 'failed') =>
  [
    'From: MAILER-DAEMON@mx.example.com',
    'Message-ID: <20261127@mx.example.com>',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'Status: 2.0.0 is what a person may write here.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.com',
    '',
    'Final-Recipient: rfc822; ada@example.com',
    `Action: ${action}`,
    `Status: ${status}`,
    'Diagnostic-Code: smtp; 550 5.1.1 no such',
    '  user here',
    '--b',
    'Content-Type: message/rfc822',
    '',
    `Message-ID: <${ID}@career.example>`,
    'Subject: Hello',
    '--b--',
  ].join('\r\n');

it('a mail that came back names its delivery, and whether its address is of no use', () => {
  const bad = { deliveryId: ID, status: '5.1.1', addressIsBad: true };
  assert.deepEqual(bounceIn(report('5.1.1')), bad);
  assert.deepEqual(bounceIn(report('5.2.2')), { ...bad, status: '5.2.2', addressIsBad: false });
});

it('a delay, an answer of a person and a mail of somebody else are none', () => {
  assert.equal(bounceIn(report('4.4.1', 'delayed')), undefined);
  assert.equal(bounceIn(report('5.1.1').replace(ID, 'somebody-elses')), undefined);
  assert.equal(bounceIn('Subject: Re: Hello\r\n\r\nThank you!'), undefined);
  assert.equal(bounceIn(''), undefined);
});

it('one that somebody has written to keep us busy is read as any other', () => {
  const blank = ' '.repeat(250_000);
  assert.equal(bounceIn(report(`5.1.1${blank}x`))?.status, '5.1.1');
  assert.equal(bounceIn(report('5.1.1', `failed${blank}x`)), undefined);
  const recipient = `rfc822; ${'@'.repeat(250_000)} x`;
  assert.ok(bounceIn(report('5.1.1').replace('rfc822; ada@example.com', recipient)));
});
