/**
 * Which Chromium tests of pages run in: what CHROMIUM_PATH names, else one that lies where Debian, Fedora, Homebrew or macOS
 * put it. In CI, as root on Debian, Debian's own package is installed if there is none.
 */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/homebrew/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
/** How long the installation of Debian's package may take, ms; half a minute is usual. */
const INSTALL_MS = 300_000;
/** Files of tests run side by side, and apt lets one of them in. */
const ONE_AT_A_TIME = '/tmp/banyan-install-chromium.lock';
const INSTALL = `[ -x /usr/bin/chromium ] ||
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }`;

/** The path of an executable Chromium or Chrome. Undefined: there is none on this machine. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { CHROMIUM_PATH } = env;
  return CHROMIUM_PATH ? [CHROMIUM_PATH].find(isExecutable) : PLACES.find(isExecutable);
}

/** Why no page can be shown on this machine, with the way to change it; undefined if one can. Tests that need one say it when they skip. */
export function chromiumMissing(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (findChromium(env)) return undefined;
  if (env.CHROMIUM_PATH) return `CHROMIUM_PATH names ${env.CHROMIUM_PATH}, which is no program`;
  if (!installsItself(env)) return `there is no Chromium: ${HOW_TO_GET_IT}`;
  const failure = installOnDebian();
  if (failure) return `Chromium could not be installed (${failure}): ${HOW_TO_GET_IT}`;
  return findChromium(env) ? undefined : `Debian’s package has no ${PLACES[0]}`;
}

const HOW_TO_GET_IT =
  'apt-get install chromium (Debian), dnf install chromium (Fedora), brew install chromium (macOS), or name one in CHROMIUM_PATH';

function installsItself(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.CI) && process.getuid?.() === 0 && existsSync('/etc/debian_version');
}

/** The last words of what failed. */
function installOnDebian(): string | undefined {
  console.error('CI without Chromium: installing Debian’s package');
  try {
    execFileSync('flock', [ONE_AT_A_TIME, 'sh', '-c', INSTALL], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: INSTALL_MS,
    });
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer };
    return (
      String(stderr ?? '')
        .trim()
        .split('\n')
        .at(-1) || message
    );
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
