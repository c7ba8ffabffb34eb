/** Words that are as good as each other when one looks for a job. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['developer', 'engineer', 'programmer'],
  ['js', 'javascript'],
  ['nodejs', 'node.js'],
  ['ts', 'typescript'],
  ['k8s', 'kubernetes'],
  ['postgres', 'postgresql'],
  ['golang', 'go'],
  ['ml', 'machine learning'],
  ['ai', 'artificial intelligence'],
  ['qa', 'quality assurance', 'tester'],
  ['ux', 'user experience'],
  ['hr', 'human resources'],
  ['sysadmin', 'system administrator'],
  ['sre', 'site reliability'],
  ['pm', 'product manager', 'project manager'],
  ['frontend', 'front end'],
  ['backend', 'back end'],
  ['fullstack', 'full stack'],
  ['nurse', 'nursing'],
  ['teacher', 'educator'],
];
const MOST_WORDS = 12;

/** What is looked for, word by word, each with the ways in which it may be found. */
export function alternativesOf(text: string): string[][] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}\p{M}+#.]+/gu) ?? [];
  return [...new Set(words.map(termOf))]
    .slice(0, MOST_WORDS)
    .map((word) => [
      word,
      ...(SYNONYMS.find((group) => group.includes(word)) ?? []).filter((one) => one !== word),
    ]);
}

/** Names that a parser would cut to a letter, as what stands for them in what is searched. */
const TERMS: Readonly<Record<string, string>> = {
  'c++': 'cplusplus',
  'c#': 'csharp',
  'f#': 'fsharp',
  '.net': 'dotnet',
};

function termOf(word: string): string {
  return TERMS[word] ?? word;
}
