import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgram } from '@banyan/banyan/cli';
import { rehearseCommand } from '@banyan/harness/rehearse';
import type { Command } from 'commander';
import { blocksOf, PAGES } from '../../../scripts/documentation.ts';
import { newCommand } from './new/command.ts';

test('the documentation names only commands and options of banyan that exist', () => {
  const program = createProgram([rehearseCommand(), newCommand()]);
  const lines = PAGES.flatMap((page) =>
    blocksOf(page, 'sh').flatMap((body) => body.split('\n').map((line) => [page, line] as const)),
  ).filter(([, line]) => /^npx (banyan|@banyan\/cli) /.test(line));
  assert.ok(lines.length > 5);
  for (const [page, line] of lines) {
    const words = line.replace(/#.*$/, '').trim().split(/\s+/).slice(2);
    const named = (commands: readonly Command[], word: string | undefined) =>
      commands.find((candidate) => candidate.name() === word);
    let command = named(program.commands, words[0]);
    if (command && command.commands.length > 0) command = named(command.commands, words[1]);
    assert.ok(command, `${page}: ${line}`);
    for (const option of words.filter((word) => word.startsWith('-'))) {
      const known = [...command.options, ...program.options].some(
        ({ long, short }) => long === option || short === option,
      );
      assert.ok(known, `${page}: ${option} in ${line}`);
    }
  }
});
