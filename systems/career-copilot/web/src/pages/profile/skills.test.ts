import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { skillsToSuggest, withSkills } from './skills.ts';

describe('skills', () => {
  it('are added one by one or with commas, each once however it is written', () => {
    assert.deepEqual(withSkills(['SQL'], ' Rust '), ['SQL', 'Rust']);
    assert.deepEqual(withSkills(['SQL'], 'sql, Go;  Kafka\nGo, '), ['SQL', 'Go', 'Kafka']);
    assert.deepEqual(withSkills(['SQL'], '   '), ['SQL']);
  });

  it('are no more and no longer than a profile takes', () => {
    assert.equal(withSkills([], 'x'.repeat(300))[0]!.length, 100);
    assert.equal(withSkills([], Array.from({ length: 200 }, (_, n) => `skill ${n}`).join(',')).length, 100);
  });

  it('are suggested by how many jobs ask for them, without those that are there', () => {
    const wanted = [['SQL', 'Go'], ['Go', 'React'], ['Go', 'React', 'Rust'], ['SQL']];
    assert.deepEqual(skillsToSuggest(wanted, ['sql']), ['Go', 'React', 'Rust']);
    assert.deepEqual(skillsToSuggest(wanted, [], 'r'), ['React', 'Rust']);
    assert.deepEqual(skillsToSuggest(wanted, [], '', 1), ['Go']);
  });
});
