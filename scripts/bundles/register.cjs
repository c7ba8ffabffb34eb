// Loaded before all else in processes of tests: what would be imported from a library's many files comes from its bundle, which lies beside
// this. Plain JavaScript: whatever Node a test starts must be able to read it.
const nodeModule = require('node:module');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const bundles = new Map(
  Object.entries(JSON.parse(readFileSync(join(__dirname, 'bundles.json'), 'utf8'))).map(([file, bundle]) => [
    file,
    pathToFileURL(join(__dirname, bundle)).href,
  ]),
);

// By the file that is found, not by its name: a library that is installed elsewhere is another one.
nodeModule.registerHooks?.({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context);
    const bundle = bundles.get(found.url);
    return bundle === undefined ? found : { ...found, url: bundle };
  },
});
