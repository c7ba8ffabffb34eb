import { createHash } from 'node:crypto';
import { type Mark, OWN_SKILLS, type SkillEntry } from './taxonomy.ts';

/** A skill's name among services and in their tables: its label in lower case; of one that nobody lists, `~` and its words. */
export type SkillKey = string;

export type Skills = {
  /** Skills that running text mentions, each once, in the order of the text. */
  inText(text: string): SkillKey[];
  /** Skills of a list: each item is one, several with commas between them, or a sentence that mentions some. What is neither is a skill nobody lists. */
  inList(items: readonly string[]): SkillKey[];
  label(key: SkillKey): string;
  size: number;
  /** Another one for other entries: what was read by those is to be read again. */
  version: string;
};

/** A tree of words: who follows them from the root word by word finds the skills that they write. */
type Node = { next: Map<string, Node>; ways: Way[] };
type Way = { key: SkillKey; mark: Mark; text: string };

const UNLISTED = '~';
/** Longer ones are sentences and no names. */
const LONGEST_NAME = { characters: 60, words: 5 };
/** What is looked at of a text. Longer ones are cut: who writes them is not a person. */
const LONGEST_TEXT = 200_000;
/** Letters and digits with what belongs to them in `node.js`, `C++`, `C#` and `.NET`. Dashes and slashes part words. */
const WORD = /(?:\.(?=NET\b))?[\p{L}\p{N}][\p{L}\p{N}\p{M}'’]*(?:[.&][\p{L}\p{N}]+)*[+#]*/giu;

/** Finds the skills of these entries. Where two are written alike, the first keeps the word. */
export function createSkills(entries: readonly SkillEntry[] = OWN_SKILLS): Skills {
  const root: Node = { next: new Map(), ways: [] };
  const labels = new Map<SkillKey, string>();
  for (const { label, written } of entries) {
    const key = label.toLowerCase();
    if (!labels.has(key)) labels.set(key, label);
    for (const { text, mark } of written) plant(root, key, text, mark);
  }
  const version = createHash('sha256').update(JSON.stringify(entries)).digest('base64url').slice(0, 12);
  return {
    size: labels.size,
    version,
    inText: (text) => found(root, text, false).keys,
    inList: (items) => [...new Set(items.flatMap((item) => ofItem(root, item)))],
    label: (key) => labels.get(key) ?? key.replace(UNLISTED, ''),
  };
}

function plant(root: Node, key: SkillKey, text: string, mark: Mark): void {
  const words = wordsOf(text);
  if (words.length === 0) return;
  let node = root;
  for (const { plain } of words) {
    const next = node.next.get(plain) ?? { next: new Map(), ways: [] };
    node.next.set(plain, next);
    node = next;
  }
  node.ways.push({ key, mark, text: words.map((word) => word.text).join(' ') });
}

function ofItem(root: Node, item: string): SkillKey[] {
  const pieces = item.split(/[,;|•]/);
  if (pieces.length > 1) return pieces.flatMap((piece) => ofItem(root, piece));
  const { keys, words } = found(root, item, true);
  if (keys.length > 0) return keys;
  const isName = item.length <= LONGEST_NAME.characters && words.length <= LONGEST_NAME.words;
  return isName && words.length > 0 ? [UNLISTED + words.map(({ plain }) => plain).join(' ')] : [];
}

type Word = { text: string; plain: string };

/** Of all ways that begin with a word the longest counts: "Spring Boot" is not Spring. */
function found(root: Node, text: string, isItem: boolean): { keys: SkillKey[]; words: Word[] } {
  const words = wordsOf(text);
  const keys = new Set<SkillKey>();
  for (let at = 0; at < words.length; ) {
    let length = 1;
    let key: SkillKey | undefined;
    let node = root.next.get(words[at]!.plain);
    for (let end = at + 1; node; node = node.next.get(words[end++]?.plain ?? '')) {
      const read = words.slice(at, end);
      const way = node.ways.find((each) => counts(each, read, isItem, words.length));
      if (way) [key, length] = [way.key, read.length];
    }
    if (key !== undefined) keys.add(key);
    at += length;
  }
  return { keys: [...keys], words };
}

/** `length`: of the whole, in words. What counts in lists only has to be the whole item: "go to market" is no Go. */
function counts({ mark, text }: Way, read: readonly Word[], isItem: boolean, length: number): boolean {
  if (mark === 'in lists') return isItem && read.length === length;
  return mark === 'anywhere' || isItem || read.map((word) => word.text).join(' ') === text;
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const [word] of text.slice(0, LONGEST_TEXT).normalize('NFC').matchAll(WORD))
    words.push({ text: word, plain: word.toLowerCase() });
  return words;
}
