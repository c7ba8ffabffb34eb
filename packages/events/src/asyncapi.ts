import type { Contracts, MessageContract } from './contracts.ts';

/** An AsyncAPI 3.0 document: all that the services of a system tell each other by the bus. Its source is the contracts. */
export function asyncApi({ system, events, commands }: Contracts): Record<string, unknown> {
  const messages = Object.entries({ ...events, ...commands }).sort(([a], [b]) => a.localeCompare(b));
  return {
    asyncapi: '3.0.0',
    info: {
      title: `Messages of ${system}`,
      version: '1',
      description:
        'Every message is a CloudEvents 1.0 event in JSON. Order is kept among messages with the same subject where the bus promises it.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(messages.map(([type, contract]) => [type, channel(type, contract)])),
    operations: Object.fromEntries(messages.map(([type, contract]) => [type, operation(type, contract)])),
    components: {
      messages: Object.fromEntries(
        messages.map(([type, contract]) => [type, message(system, type, contract)]),
      ),
      schemas: Object.fromEntries(messages.map(([type, { data }]) => [type, plain(data)])),
    },
  };
}

function channel(type: string, contract: MessageContract) {
  return {
    address: type,
    summary: summaryOf(contract),
    messages: { [type]: { $ref: `#/components/messages/${type}` } },
  };
}

function operation(type: string, { kind, service }: MessageContract) {
  return {
    action: kind === 'event' ? 'send' : 'receive',
    summary: kind === 'event' ? `Published by ${service}.` : `Handled by ${service}.`,
    channel: { $ref: `#/channels/${type}` },
    messages: [{ $ref: `#/channels/${type}/messages/${type}` }],
  };
}

function message(system: string, type: string, contract: MessageContract) {
  const { kind, service, version, key } = contract;
  const text = { type: 'string' };
  return {
    name: type,
    title: type,
    summary: summaryOf(contract),
    contentType: 'application/json',
    correlationId: { location: '$message.payload#/correlationid' },
    payload: {
      type: 'object',
      required: [
        ...['specversion', 'id', 'source', 'type', 'time', 'subject', 'datacontenttype'],
        ...['dataversion', 'kind', 'correlationid', 'data'],
      ],
      properties: {
        specversion: { const: '1.0' },
        id: { type: 'string', description: 'The same at each delivery of the same message.' },
        source: kind === 'event' ? { const: `/${system}/${service}` } : text,
        type: { const: type },
        time: { type: 'string', format: 'date-time' },
        subject: { type: 'string', description: `The message's \`${key}\`, as text.` },
        datacontenttype: { const: 'application/json' },
        dataversion: { type: 'integer', minimum: 1, maximum: version },
        kind: { const: kind },
        correlationid: text,
        causationid: text,
        recipient: {
          type: 'string',
          description: 'The one group that is to get it; all others pass over it.',
        },
        traceparent: text,
        tracestate: text,
        cohort: text,
        data: { $ref: `#/components/schemas/${type}` },
      },
    },
  };
}

function summaryOf({ summary, kind, service }: MessageContract): string {
  return summary ?? (kind === 'event' ? `An event of ${service}.` : `A command to ${service}.`);
}

/** What of a TypeBox schema is JSON Schema. */
function plain(schema: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(schema)) as Record<string, unknown>;
}

/** The same for people: one section per message. Markdown. */
export function messagesPage(contracts: Contracts): string {
  const { system, events, commands } = contracts;
  const section = ([type, contract]: [string, MessageContract]) => {
    const { properties = {}, required = [] } = plain(contract.data) as {
      properties?: Record<string, { type?: string; format?: string; description?: string }>;
      required?: string[];
    };
    const rows = Object.entries(properties).map(([name, schema]) => {
      const kind = [schema.type ?? 'any', schema.format && `(${schema.format})`].filter(Boolean).join(' ');
      const marks = [name === contract.key && 'key', !required.includes(name) && 'optional'].filter(Boolean);
      return `| ${name} | ${kind} | ${[schema.description, ...marks].filter(Boolean).join(', ')} |`;
    });
    return [
      `### ${type}`,
      '',
      `${summaryOf(contract)} Version ${contract.version}, ${contract.kind === 'event' ? 'published' : 'handled'} by ${contract.service}.`,
      '',
      '| data | type | |',
      '|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  };
  const sections = (named: Record<string, MessageContract>) =>
    Object.entries(named)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(section);
  const parts = [
    `# Messages of ${system}`,
    '',
    'Made from the contracts by `npm run generate`; the AsyncAPI document beside it says the same to machines.',
    '',
    ...(Object.keys(events).length > 0 ? ['## Events', '', ...sections(events)] : []),
    ...(Object.keys(commands).length > 0 ? ['## Commands', '', ...sections(commands)] : []),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
}
