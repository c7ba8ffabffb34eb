import { ANNOUNCE_PREFIX } from '../apply/announce-columns.ts';
import { CARRY_PREFIX, type Carry } from '../guard/guard-function.ts';
import { REPAIR_PREFIX, type RepairMessage } from '../repair/repair.ts';

export const MESSAGE_PREFIX = 'banyan';

type Row = Record<string, string | null>;

/** What a message of Banyan's says. Whether it is Banyan's is another matter: anybody may write one. */
export type ControlMessage =
  | { kind: 'marker'; id: string }
  | { kind: 'heartbeat' }
  | ({ kind: 'carry'; text: string; signature: string } & Carry)
  | ({ kind: 'repair' } & RepairMessage)
  | { kind: 'announced'; table: string; rows: Row[] };

const FORM = {
  [MESSAGE_PREFIX]: readMarker,
  [CARRY_PREFIX]: readCarry,
  [REPAIR_PREFIX]: readRepair,
  [ANNOUNCE_PREFIX]: readAnnounced,
} as const;

/** Whether a prefix is one of Banyan's. */
export function isControl(prefix: string): prefix is keyof typeof FORM {
  return Object.hasOwn(FORM, prefix);
}

/** Undefined if it has not the form of such a message. */
export function readControl(prefix: keyof typeof FORM, content: Buffer): ControlMessage | undefined {
  const body = parse(content);
  return body && FORM[prefix](body);
}

function readMarker({ id, heartbeat }: Body): ControlMessage | undefined {
  if (isText(id)) return { kind: 'marker', id };
  return heartbeat === true ? { kind: 'heartbeat' } : undefined;
}

function readCarry({ carry, seal }: Body): ControlMessage | undefined {
  if (!isText(carry) || !isText(seal)) return undefined;
  const { service, table, columns } = parse(carry) ?? {};
  if (!isText(service) || !isText(table) || !isTexts(columns)) return undefined;
  return { kind: 'carry', text: carry, signature: seal, service, table, columns };
}

function readRepair({
  service,
  direction,
  table,
  rows,
  carried,
  share,
  ticket,
}: Body): ControlMessage | undefined {
  if (!isText(service) || !isText(table) || (direction !== 'forward' && direction !== 'reverse'))
    return undefined;
  if (!isText(ticket) || !TOKEN.test(ticket) || !Array.isArray(rows)) return undefined;
  if (carried !== undefined && !isTexts(carried)) return undefined;
  if (share !== undefined && !Number.isInteger(share)) return undefined;
  for (const each of rows) if (!isRow(each?.key) || !(each.row === null || isRow(each.row))) return undefined;
  return {
    kind: 'repair',
    service,
    direction,
    table,
    rows,
    ticket,
    ...(carried && { carried }),
    ...(share !== undefined && { share: share as number }),
  };
}

function readAnnounced({ table, rows }: Body): ControlMessage | undefined {
  if (!isText(table) || !Array.isArray(rows) || !rows.every(isRow)) return undefined;
  return { kind: 'announced', table, rows };
}

type Body = Record<string, unknown>;

function parse(content: Buffer | string): Body | undefined {
  try {
    const parsed: unknown = JSON.parse(content.toString());
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function isRow(value: unknown): value is Row {
  return isObject(value) && Object.values(value).every((each) => each === null || isText(each));
}

const TOKEN = /^[0-9a-f-]{36}$/;
