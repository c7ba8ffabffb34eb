/** Whether a time zone is one that dates can be written in, e.g. `Europe/Berlin`: no offset, which knows nothing of summer. */
export function isZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}
