/** The URL with these settings for each session. */
export function withSettings(url: string, settings: readonly string[]): string {
  const options = encodeURIComponent(settings.map((setting) => `-c ${setting}`).join(' '));
  return `${url}${url.includes('?') ? '&' : '?'}options=${options}`;
}
