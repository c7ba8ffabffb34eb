import type { GroupPartitionsAssigner } from '@platformatic/kafka';

/** What a member tells the others when it joins. */
export type Member = { types: readonly string[] };

/**
 * Gives partition n of every topic of a group to the same member: whoever handles a key's messages also has those of its
 * messages that are to be tried again. Only members that handle all that any member handles get some, so that an older
 * version of a service does not pass by what a newer one, already running beside it, has subscribed to.
 */
export const assignTogether: GroupPartitionsAssigner = (_current, members, topics, metadata) => {
  const typesOf = new Map([...members].map(([id, { metadata }]) => [id, parseMember(metadata).types]));
  const eligible = eligibleMembers(typesOf);
  return [...members.keys()].map((memberId) => {
    const place = eligible.indexOf(memberId);
    const assignments = new Map(
      [...topics].map((topic) => {
        const count = place < 0 ? 0 : metadata.topics.get(topic)!.partitionsCount;
        const partitions = Array.from({ length: count }, (_, n) => n).filter(
          (n) => n % eligible.length === place,
        );
        return [topic, { topic, partitions }];
      }),
    );
    return { memberId, assignments };
  });
};

/** Sorted ids of those who handle every type that any does; of all if nobody does. */
export function eligibleMembers(typesOf: ReadonlyMap<string, readonly string[]>): string[] {
  const all = new Set([...typesOf.values()].flat());
  const ids = [...typesOf.keys()].sort();
  const whole = ids.filter((id) => new Set(typesOf.get(id)).size === all.size);
  return whole.length > 0 ? whole : ids;
}

function parseMember(metadata: Buffer | string | undefined): Member {
  try {
    return JSON.parse(String(metadata)) as Member;
  } catch {
    // Not one of ours, or from before types were told.
    return { types: [] };
  }
}
