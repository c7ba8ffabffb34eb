import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type HtmlNode, htmlNodes } from './html-nodes.ts';

test('what a description consists of is a tree', () => {
  assert.deepEqual(
    htmlNodes('<h1>You</h1><p>do <b>good</b> &amp; <i>well</i><br>daily.</p><ul><li>SQL</li></ul>'),
    [
      { tag: 'h3', children: ['You'] },
      {
        tag: 'p',
        children: [
          'do ',
          { tag: 'strong', children: ['good'] },
          ' & ',
          { tag: 'em', children: ['well'] },
          { tag: 'br', children: [] },
          'daily.',
        ],
      },
      { tag: 'ul', children: [{ tag: 'li', children: ['SQL'] }] },
    ],
  );
});

test('links lead outside, by ways that run nothing', () => {
  const hrefs = [
    'https://example.com/a?b=1&amp;c=2',
    'mailto:jobs@example.com',
    'javascript:alert(1)',
    '/own',
    '//x.com',
  ];
  const found = htmlNodes(hrefs.map((href) => `<a href="${href}">x</a>`).join(''));
  assert.deepEqual(
    found.map((node) => (typeof node === 'string' ? node : node.href)),
    ['https://example.com/a?b=1&c=2', 'mailto:jobs@example.com', undefined, undefined, undefined],
  );
});

test('of what is not shown only the text is, and of scripts nothing', () => {
  assert.deepEqual(
    htmlNodes('<div onclick="x()">a<script>alert(1)</script><style>p{}</style><img src=x>b</div>'),
    ['ab'],
  );
});

test('whatever comes is text and elements of the list, and never too deep', () => {
  const allowed =
    /^(p|br|hr|[uod]l|li|d[td]|blockquote|pre|code|strong|em|[us]|su[bp]|a|h3|table|t(head|body|[rhd]))$/;
  const look = (nodes: readonly HtmlNode[], depth = 0): void => {
    assert.ok(depth < 100);
    for (const node of nodes) {
      if (typeof node === 'string') continue;
      assert.match(node.tag, allowed);
      assert.deepEqual(
        Object.keys(node)
          .filter((key) => key !== 'href')
          .toSorted(),
        ['children', 'tag'],
      );
      look(node.children, depth + 1);
    }
  };
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('<p>', '</p>', '<b', '<svg><a href=', '<!--', '<table><td>', '&#60;'),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => look(htmlNodes(pieces.join('')))));
  look(htmlNodes('<div><p>'.repeat(500)));
});
