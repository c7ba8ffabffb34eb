/** When a signing key was and will be in use. */
export type KeyTimes = { kid: string; signsFrom: Date };

export type RotationPolicy = {
  /** How long a key signs, ms. */
  signsMs: number;
  /** How long a key is shown before it signs, ms: longer than anybody goes by public keys that they read before. */
  shownBeforeMs: number;
  /** How long a key that no longer signs is shown, ms: as long as a token that it signed is good. */
  shownAfterMs: number;
};

export type RotationDecision = {
  /** Null: none of these signs. */
  signs: string | null;
  /** When a key that is to be made signs; null: none is to be made. */
  add: Date | null;
  remove: string[];
};

/**
 * Which key signs now, whether the next is due, and which go. Whatever was signed can be verified, by whoever has read the public
 * keys within `shownBeforeMs`, for as long as it is good.
 */
export function decideRotation(
  keys: readonly KeyTimes[],
  now: Date,
  { signsMs, shownBeforeMs, shownAfterMs }: RotationPolicy,
): RotationDecision {
  const inOrder = keys.toSorted((a, b) => a.signsFrom.getTime() - b.signsFrom.getTime());
  const newest = inOrder.at(-1);
  if (!newest) return { signs: null, add: now, remove: [] };
  const at = now.getTime();
  const due = newest.signsFrom.getTime() + signsMs - shownBeforeMs;
  return {
    // One whose time has not come signs only where there is no other: a clock was set back.
    signs: (inOrder.findLast(({ signsFrom }) => signsFrom <= now) ?? inOrder[0]!).kid,
    add: at >= due ? new Date(at + shownBeforeMs) : null,
    remove: inOrder
      .slice(0, -1)
      .filter((_, index) => inOrder[index + 1]!.signsFrom.getTime() + shownAfterMs <= at)
      .map(({ kid }) => kid),
  };
}
