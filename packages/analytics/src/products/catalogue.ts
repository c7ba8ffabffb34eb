import type { Freshness, Product } from './products.ts';

type Described = Omit<Product, 'read' | 'madeAt'>;

/** The catalogue as a page: without a script, and without anything from elsewhere. Pure. */
export function cataloguePage(
  title: string,
  entries: readonly { product: Described; freshness: Freshness }[],
  base: string,
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Data products of ${escaped(title)}</title>
<style>
body { overflow-wrap: anywhere; font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff; }
article { border-top: 1px solid #767676; padding: 1rem 0; }
dt { font-weight: bold; }
.broken { color: #a30000; font-weight: bold; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f3f3f3; padding: 0.5rem; }
</style>
</head>
<body>
<main>
<h1>Data products of ${escaped(title)}</h1>
${entries.map((entry) => article(entry, base)).join('\n')}
</main>
</body>
</html>
`;
}

function article({ product, freshness }: { product: Described; freshness: Freshness }, base: string): string {
  const { name, version, title, description, owner, audience, schema } = product;
  const id = `${name}-v${version}`;
  return `<article aria-labelledby="${escaped(id)}">
<h2 id="${escaped(id)}">${escaped(title)} <small>version ${version}</small></h2>
<p>${escaped(description)}</p>
<dl>
<dt>Address</dt><dd><code>${escaped(`${base}/${name}/v${version}`)}</code></dd>
<dt>Owner</dt><dd>${escaped(owner)}</dd>
<dt>For</dt><dd>${AUDIENCES[audience]}</dd>
<dt>Freshness</dt><dd>${freshnessText(freshness)}</dd>
</dl>
<details><summary>Schema of ${escaped(title)}</summary><pre>${escaped(JSON.stringify(schema, null, 2))}</pre></details>
</article>`;
}

function freshnessText({ promise_seconds, age_seconds, kept, complete_since }: Freshness): string {
  const age = age_seconds === null ? 'how old it is is not known' : `it is ${age_seconds} s old`;
  const complete =
    complete_since === null
      ? 'What was there before may be missing.'
      : `Complete since ${escaped(complete_since)}.`;
  return kept
    ? `At most ${promise_seconds} s old; ${age}. ${complete}`
    : `<strong class="broken">The promise is broken:</strong> at most ${promise_seconds} s old was promised, ${age}. ${complete}`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.codePointAt(0)};`);
}

const AUDIENCES: Record<Product['audience'], string> = {
  own: 'Each user, about themselves',
  users: 'All users',
  administrators: 'Administrators',
};
