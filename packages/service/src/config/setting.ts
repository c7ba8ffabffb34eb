/** A variable as the control plane keeps it for a service. */
export type Setting = { service: string; key: string; value: string; updatedAt: string };

type SettingProblem = { code: 'bad_setting' | 'secret_setting'; message: string; hint: string };

const SERVICE = /^[a-z][a-z0-9-]{0,62}$/;
const KEY = /^[A-Z][A-Z0-9_]{0,63}$/;
const SECRET = /(^|_)(SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|TOKENS?|CREDENTIALS?|KEYS?|DSN)$/;
/** What says where configuration comes from cannot come from there. */
const ORIGIN: ReadonlySet<string> = new Set(['CONFIG_FILE', 'CONTROL_URL', 'CONTROL_TOKEN']);
const VALUE_LENGTH = 4_096;

/** That a variable of such a name holds a secret, whatever its schema says. */
export function isSecretName(key: string): boolean {
  return SECRET.test(key);
}

/**
 * What is wrong with a setting, undefined if nothing. Secrets are refused: the control plane shows its settings to every
 * operator, in plain text. Never names the value.
 */
export function checkSetting(service: string, key: string, value: string): SettingProblem | undefined {
  const bad = (message: string, hint: string): SettingProblem => ({ code: 'bad_setting', message, hint });
  if (!SERVICE.test(service)) {
    return bad(`'${service}' cannot be a service`, 'use lower-case letters, digits and dashes');
  }
  if (!KEY.test(key)) {
    return bad(`'${key}' cannot be a variable`, 'use capitals, digits and underscores, e.g. LOG_LEVEL');
  }
  if (ORIGIN.has(key)) {
    return bad(`${key} says where configuration comes from`, "set it in the service's environment");
  }
  if (isSecretName(key) || hasPassword(value)) {
    const why = isSecretName(key) ? 'is a secret by its name' : 'has a password in its value';
    return {
      code: 'secret_setting',
      message: `${key} ${why}, and the control plane keeps no secrets`,
      hint: `set it in the environment of ${service}, or in the file that its CONFIG_FILE names`,
    };
  }
  if (value === '' || value.length > VALUE_LENGTH || value.includes('\0')) {
    return bad(`the value of ${key} is empty, too long or has a NUL`, `give 1 to ${VALUE_LENGTH} characters`);
  }
  return undefined;
}

/** postgres://user:password@host and the like. */
function hasPassword(value: string): boolean {
  return /[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i.test(value);
}
