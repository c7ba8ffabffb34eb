/** Time for the browser to take over what is saved, ms. */
const TAKEN_OVER_MS = 60_000;

/** Has the browser save a file that the page has in memory. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), TAKEN_OVER_MS);
}
