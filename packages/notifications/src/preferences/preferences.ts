import type { Channel, EmailWay, Ways } from '../api/index.ts';
import { chosenKinds, type NotificationSystem } from '../system.ts';

/** `HH:MM` where the person is; `from` after `to` is over midnight. */
export type QuietHours = { from: string; to: string };

export type Preferences = {
  locale: string | null;
  zone: string;
  quietHours: QuietHours | null;
  /** Where the person has chosen something, by kind: the rest is as the kind has it. */
  chosen: Partial<Record<string, Partial<Ways>>>;
};

type Kinds = Pick<NotificationSystem, 'kinds'>;
type Chosen = Pick<Preferences, 'chosen'>;

/** How somebody is told of a kind that they choose about. */
export function waysOf({ kinds }: Kinds, { chosen }: Chosen, kind: string): Ways {
  return { ...kinds[kind]?.ways, ...chosen[kind] } as Ways;
}

/** When e-mails (a digest counts as all kinds that come in digests) or messages of a kind are sent by this channel now; undefined: never. */
export function wayBy(
  system: Kinds,
  preferences: Chosen,
  kind: string,
  channel: Channel,
): EmailWay | undefined {
  if (kind === 'digest') {
    const inDigests = chosenKinds(system).some((one) => isDigest(waysOf(system, preferences, one).email));
    return inDigests ? 'instant' : undefined;
  }
  const way = waysOf(system, preferences, kind)[channel];
  if (way === true) return 'instant';
  return way === false || way === 'off' ? undefined : way;
}

/** After somebody does not want e-mails of this kind any more; of a digest: none that come in digests. */
export function without(system: Kinds, { chosen }: Chosen, kind: string): Preferences['chosen'] {
  const ended =
    kind === 'digest'
      ? chosenKinds(system).filter((one) => isDigest(waysOf(system, { chosen }, one).email))
      : [kind];
  return { ...chosen, ...Object.fromEntries(ended.map((one) => [one, { ...chosen[one], email: 'off' }])) };
}

function isDigest(way: EmailWay): boolean {
  return way === 'daily' || way === 'weekly';
}
