/** Decisions of the domain: pure, with the clock handed in where one is needed. Here: an entry's text as it is kept. */
export function tidy(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
