import { createHash } from 'node:crypto';
import {
  DescribeRuleCommand,
  type EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

export type Clients = { sqs: SQSClient; events: EventBridgeClient };

/** What AWS allows in a queue's name and in a rule's. */
const MOST_OF_QUEUE = 80;
const MOST_OF_RULE = 64;

/** Letters, digits, dashes and underscores, 80 at most. */
export function queueName(prefix: string, group: string, purpose: 'messages' | 'dead'): string {
  return awsName(prefix, group, purpose, MOST_OF_QUEUE);
}

export function ruleName(prefix: string, group: string): string {
  return awsName(prefix, group, 'messages', MOST_OF_RULE);
}

/** Two groups never share a name: a group that does not fit, or has other characters, keeps a part of its own and a hash. */
function awsName(prefix: string, group: string, purpose: string, most: number): string {
  const plain = `${prefix}-${group}-${purpose}`;
  if (plain.length <= most && /^[A-Za-z0-9_-]+$/.test(plain)) return plain;
  const hash = createHash('sha256').update(group).digest('hex').slice(0, 16);
  const room = most - prefix.length - hash.length - purpose.length - 3;
  const readable = group.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, Math.max(0, room));
  return `${prefix}-${readable}-${hash}-${purpose}`;
}

/** Its URL; made if it is not there. Messages are kept for 14 days, the most that SQS offers. */
export async function ensureQueue(sqs: SQSClient, name: string): Promise<string> {
  const url = await findQueue(sqs, name);
  if (url) return url;
  const made = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { MessageRetentionPeriod: '1209600' } }),
  );
  return made.QueueUrl!;
}

export async function findQueue(sqs: SQSClient, name: string): Promise<string | undefined> {
  try {
    return (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl!;
  } catch (error) {
    if (error instanceof QueueDoesNotExist) return undefined;
    throw error;
  }
}

/** Makes the event bus send messages of these types, besides those that it sends already, to the group's queue. */
export async function ensureRule(
  { sqs, events }: Clients,
  {
    eventBus,
    name,
    types,
    queueUrl,
  }: { eventBus: string; name: string; types: readonly string[]; queueUrl: string },
): Promise<void> {
  const queueArn = await arnOf(sqs, queueUrl);
  // Two subscribers of different versions may do this at once: looked at again until the own types are in.
  for (;;) {
    const present = await ruledTypes(events, eventBus, name);
    if (types.every((type) => present.includes(type))) break;
    const pattern = JSON.stringify({ 'detail-type': [...new Set([...present, ...types])].sort() });
    const { RuleArn } = await events.send(
      new PutRuleCommand({ Name: name, EventBusName: eventBus, EventPattern: pattern }),
    );
    await allow(sqs, { queueUrl, queueArn, ruleArn: RuleArn! });
  }
  const { FailedEntries } = await events.send(
    new PutTargetsCommand({
      Rule: name,
      EventBusName: eventBus,
      Targets: [{ Id: 'queue', Arn: queueArn, InputPath: '$.detail' }],
    }),
  );
  if (FailedEntries?.length)
    throw new Error(`The rule ${name} takes no target: ${FailedEntries[0]?.ErrorMessage}`);
}

async function ruledTypes(events: EventBridgeClient, eventBus: string, name: string): Promise<string[]> {
  try {
    const rule = await events.send(new DescribeRuleCommand({ Name: name, EventBusName: eventBus }));
    return (JSON.parse(rule.EventPattern ?? '{}') as { 'detail-type'?: string[] })['detail-type'] ?? [];
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return [];
    throw error;
  }
}

/** Nobody but this rule of the event bus may put anything into the queue on the bus's behalf. */
async function allow(
  sqs: SQSClient,
  { queueUrl, queueArn, ruleArn }: { queueUrl: string; queueArn: string; ruleArn: string },
): Promise<void> {
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { Policy } }));
}

async function arnOf(sqs: SQSClient, queueUrl: string): Promise<string> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
  );
  return Attributes!.QueueArn!;
}
