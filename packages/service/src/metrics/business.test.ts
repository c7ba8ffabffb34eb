import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Registry } from 'prom-client';
import { counter, createMetrics, distribution, gauge, timer } from './business.ts';

const registry = new Registry();
const metrics = createMetrics(
  {
    'sessions.completed': counter('Sessions that ended well', ['skill_category', 'provider_rating']),
    'revenue.session.amount': gauge('Amount of the last session'),
    order_value: distribution('What is ordered for', ['currency'], [10, 100]),
    'sessions.duration': timer('Length of sessions', [], [1]),
  },
  registry,
);

describe('figures of the business', () => {
  it('are counted, set, spread and timed by name and label', async () => {
    metrics.count('sessions.completed', { skill_category: 'music', provider_rating: 5 });
    metrics.count('sessions.completed', { skill_category: 'music', provider_rating: 5 }, 2);
    metrics.gauge('revenue.session.amount', {}, 12.5);
    metrics.observe('order_value', { currency: 'EUR' }, 50);
    await assert.rejects(
      metrics.time('sessions.duration', {}, () => Promise.reject(new Error('no'))),
      /no/,
    );
    const text = await registry.metrics();
    assert.match(text, /^sessions_completed\{skill_category="music",provider_rating="5"\} 3$/m);
    assert.match(text, /^revenue_session_amount 12\.5$/m);
    assert.match(text, /^order_value_bucket\{le="100",currency="EUR"\} 1$/m);
    assert.match(text, /^sessions_duration_count 1$/m);
  });

  it('do not compile with a name or a label that is not declared', () => {
    // @ts-expect-error no such name
    assert.throws(() => metrics.count('sessions.lost', {}));
    // @ts-expect-error a gauge is not counted
    assert.throws(() => metrics.count('order_value', { currency: 'EUR' }));
    // @ts-expect-error a label is missing
    metrics.count('sessions.completed', { skill_category: 'music' });
  });
});
