import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FAILURE_REASONS, memorySource, startGateway } from '@banyan/gateway';
import { buildRouteTable, resolvePlan } from '@banyan/plan';
import { aPlan } from '@banyan/plan/testing';
import { parse } from 'yaml';
import { FakeControl } from '../../testing/fake-control.ts';
import { controlMetrics } from './metrics.ts';

const DOCS = join(import.meta.dirname, '..', '..', '..', '..', '..', 'docs');
const PAGE = readFileSync(join(DOCS, 'metrics.md'), 'utf8');

type Metric = { name: string; type: string; help: string };

/** What a gateway and a control plane expose. */
async function exposed(t: TestContext): Promise<Metric[]> {
  const table = buildRouteTable(resolvePlan(aPlan()), {}, 1);
  const gateway = await startGateway({ port: 0, source: memorySource(table) });
  t.after(() => gateway.stop(100));
  const texts = [await gateway.metrics(), await controlMetrics(new FakeControl())()];
  return texts.flatMap((text) => {
    const types = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type!]),
    );
    return [...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name, help]) => ({
      name: name!,
      type: types.get(name!)!,
      help: help!,
    }));
  });
}

type Rule = { alert: string; expr: string; annotations: { summary: string } };

function rules(): Rule[] {
  const { groups } = parse(readFileSync(join(DOCS, 'alerts.yml'), 'utf8')) as {
    groups: Array<{ rules: Rule[] }>;
  };
  return groups.flatMap((group) => group.rules);
}

test('every metric is documented as it is exposed, and no other', async (t) => {
  const documented = [...PAGE.matchAll(/^\| `(\S+)` \| (\w+) \| (.*?) \|/gm)].map(([, name, type, help]) => ({
    name,
    type,
    help,
  }));
  const byName = (a: { name?: string }, b: { name?: string }) => a.name!.localeCompare(b.name!);
  assert.deepEqual(documented.toSorted(byName), (await exposed(t)).toSorted(byName));
  for (const reason of FAILURE_REASONS) assert.ok(PAGE.includes(`\`${reason}\``), reason);
});

test('the alerts ask for metrics that exist, and the page names each by the metric it asks for', async (t) => {
  const known = (await exposed(t)).map(({ name }) => name);
  for (const { alert, expr, annotations } of rules()) {
    const asked = expr.match(/banyan_\w+/g) ?? [];
    assert.ok(asked.length > 0 && annotations.summary.length > 0, alert);
    for (const name of asked) {
      assert.ok(known.includes(name), `${alert}: ${name}`);
      assert.match(PAGE, new RegExp(`^\\| \`${name}\` .*\\| ${alert} \\|$`, 'm'));
    }
  }
  const onPage = [...PAGE.matchAll(/\| (Banyan\w+) \|$/gm)].map(([, alert]) => alert);
  assert.deepEqual(
    onPage.toSorted(),
    rules()
      .map(({ alert }) => alert)
      .toSorted(),
  );
});
