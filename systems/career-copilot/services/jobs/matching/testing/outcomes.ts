import type { Decision } from '../measure.ts';
import { randomFrom } from '../random.ts';
import { PARTS, type Weights } from '../score.ts';

/** People who decide by known weights and some chance; `certainty` 0: by chance alone. */
export function outcomesOf({
  people,
  matches,
  weights,
  certainty,
  seed,
}: {
  people: number;
  matches: number;
  weights: Weights;
  certainty: number;
  seed: number;
}): Decision[] {
  const random = randomFrom(seed);
  return Array.from({ length: people * matches }, (_, index) => {
    const values = PARTS.map(() => random());
    const wanted = PARTS.reduce((sum, part, at) => sum + (weights[part] / 100) * values[at]!, 0);
    const accepts = random() < 1 / (1 + Math.exp(-certainty * (wanted - 0.6)));
    const outcome = accepts ? 'accepted' : random() < 0.5 ? 'rejected' : 'ignored';
    return { userId: 1 + (index % people), values, outcome };
  });
}
