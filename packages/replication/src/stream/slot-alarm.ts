import type { SlotStatus } from '@banyan/postgres';
import type { Alarm } from '../link/link-config.ts';

/** What somebody should be told of a slot; undefined if it is well. `limit`: bytes that it may hold back. */
export function alarmOf(name: string, slot: SlotStatus, limit: number): Alarm | undefined {
  if (slot.walStatus === 'lost')
    return {
      code: 'slot_lost',
      message: `Slot ${name} has lost WAL it needed. Its link goes on with prepare({ acceptLoss: true }); then verify and repair.`,
    };
  if (slot.walStatus === 'unreserved')
    return {
      code: 'slot_unreserved',
      message: `Slot ${name} will lose WAL at the next checkpoint. Let the target catch up or raise max_slot_wal_keep_size.`,
    };
  if (Number(slot.retainedBytes) > limit)
    return {
      code: 'wal_retained',
      message: `Slot ${name} holds back ${slot.retainedBytes} bytes of WAL on the source. Let the target catch up, or drop the link.`,
    };
  return undefined;
}
