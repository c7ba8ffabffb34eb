/** What an implementation puts around a word that it found: signs of nobody's alphabet, which are taken out of the text before. */
export const BEGIN = '\ue000';
export const END = '\ue001';

/** Whatever stands in a job is text; only the marks are HTML. */
export function marked(text: string): string {
  return text
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replaceAll(BEGIN, '<mark>')
    .replaceAll(END, '</mark>');
}

export function unmarked(text: string): string {
  return text.replaceAll(BEGIN, '').replaceAll(END, '');
}
