/** The names that stand for the service in the template, each in a form of its own. */
type Names = { kebab: string; camel: string; pascal: string; snake: string };

export function namesOf(kebab: string): Names {
  const words = kebab.split('-');
  const pascal = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  return { kebab, pascal, camel: pascal[0]!.toLowerCase() + pascal.slice(1), snake: words.join('_') };
}

/** A file of the template, or its path, for the service of this name. */
export function renamed(text: string, { kebab, camel, pascal, snake }: Names): string {
  return text
    .replaceAll('exampleService', `${camel}Service`)
    .replaceAll('example_', `${snake}_`)
    .replaceAll('Example', pascal)
    .replaceAll('example', kebab);
}
