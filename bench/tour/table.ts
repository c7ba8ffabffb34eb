import type { Used } from './usage.ts';

type Stage = { name: string; requests: number; used: Used };

/** In the order of the table; the first that fits. What watches is not the system's. */
const ROWS: Array<[string, RegExp]> = [
  ['', /^(load|tour|other|session (load|tour|other) .*)$/],
  ['monolith', /^monolith$/],
  ['its sessions in PostgreSQL', /^session monolith /],
  ['sessions of links in its database', /^session (applier|control) > monolith$/],
  ['gateway', /^gateway$/],
  ['services', /^service /],
  ['their sessions in PostgreSQL', /^session service \S+ > (?!bus$)/],
  ['sessions of links in their databases', /^session (applier|control) > (?!banyan$|bus$)/],
  ['applier', /^applier$/],
  ["the bus's sessions", /> bus$/],
  ['WAL senders', /^sender /],
  ['controller and control database', /^control$|> banyan$/],
  ['PostgreSQL by itself', /^server: /],
  ['doubles', /^doubles$/],
];

/** Milliseconds for a request, of the first stage and of each in which a service has all its users. */
export function tableOf(stages: readonly Stage[]): string {
  const shown = stages.filter(({ name }, index) => index === 0 || /:(migrated|retired)$/.test(name));
  const head = ['', ...shown.map(({ name }) => name)];
  const rows = ROWS.filter(([name]) => name !== '').map(([name]) => [
    name,
    ...shown.map((stage) => perRequest(stage, name)),
  ]);
  const all = ['all', ...shown.map((stage) => perRequest(stage))];
  return [head, head.map(() => '---'), ...rows, all].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function perRequest({ used, requests }: Stage, row?: string): string {
  const rowOf = (who: string) => ROWS.find(([, is]) => is.test(who))?.[0] ?? 'doubles';
  const ms = [...used]
    .filter(([who]) => (row === undefined ? rowOf(who) !== '' : rowOf(who) === row))
    .reduce((sum, [, each]) => sum + each, 0);
  return (ms / requests).toFixed(2);
}
