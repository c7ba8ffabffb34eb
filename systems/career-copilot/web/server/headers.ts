import { createHash } from 'node:crypto';

/** The two style elements that react-aria makes: scrolling by touch on what can be pressed, and none behind a dialog. */
const STYLES_OF_PRIMITIVES = [
  '@layer {\n  [data-react-aria-pressable] {\n    touch-action: pan-x pan-y pinch-zoom;\n  }\n}',
  '@layer {\n  * {\n    overscroll-behavior: contain;\n  }\n}',
];

/** The styles of the mails that the service of notifications writes, where an administrator looks at how one comes out. */
const STYLES_OF_MAILS = [
  'margin:0;padding:24px;font:16px/1.5 sans-serif;color:#1b1b1b;background:#ffffff',
  'max-width:36em;margin:0 auto',
  'white-space:pre-line',
  'display:inline-block;padding:10px 16px;background:#1a4fa3;color:#ffffff;text-decoration:none;border-radius:4px',
  'font-size:13px;overflow-wrap:anywhere',
  'max-width:36em;margin:32px auto 0;font-size:13px;color:#555555',
];

/**
 * What a page may do: nothing but what comes from here. No inline script or style, no eval, no frame around it and none in it, no
 * form and no base elsewhere; text becomes markup by no way that a browser can refuse (Trusted Types).
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Shows push messages.
  "worker-src 'self'",
  // Attributes by their text (`unsafe-hashes`): those of mails, and no other.
  ["style-src 'self' 'unsafe-hashes'", ...[...STYLES_OF_PRIMITIVES, ...STYLES_OF_MAILS].map(hashOf)].join(
    ' ',
  ),
  // What a user has uploaded is shown out of memory.
  "img-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // One lets markup be emptied, the other is for frames in which nothing runs (src/trusted-types.ts).
  'trusted-types default mail',
].join('; ');

const PERMISSIONS_POLICY = [
  ...['accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'magnetometer', 'microphone'],
  ...[
    'midi',
    'payment',
    'publickey-credentials-get',
    'screen-wake-lock',
    'serial',
    'usb',
    'xr-spatial-tracking',
  ],
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/** Of whatever the web's folder holds. */
const OF_ALL = { 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' };

/** Names have a hash of what is in them: what was had once is never asked for again. */
export const OF_ASSETS = { ...OF_ALL, 'cache-control': 'public, max-age=31536000, immutable' };

/** A page is asked for each time, since it names the assets of the newest build; its ETag keeps that short. */
export const OF_PAGES = {
  ...OF_ALL,
  'cache-control': 'no-cache',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': PERMISSIONS_POLICY,
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

function hashOf(style: string): string {
  return `'sha256-${createHash('sha256').update(style).digest('base64')}'`;
}
