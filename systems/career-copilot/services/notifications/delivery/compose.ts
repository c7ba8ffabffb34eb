import type { Outgoing } from '../channels/channel.ts';
import { builtIn } from '../templates/built-in.ts';
import { footerOf } from '../templates/footer.ts';
import { type Kind, kindOf } from '../templates/kinds.ts';
import { localeOf } from '../templates/locale.ts';
import { render } from '../templates/render.ts';
import type { Contents } from './contents.ts';
import type { Taken } from './queue.ts';

/** Makes a delivery what its channel sends, by what is known of the person in this moment. */
export function createComposer({ contents }: { contents: Contents }) {
  return async (taken: Taken): Promise<Outgoing | { suppressed: string }> => {
    if (taken.content === null) return { suppressed: 'NOTHING_TO_SAY' };
    if (taken.target === '') return { suppressed: 'NO_ADDRESS' };
    const kind = kindOf(taken.kind);
    const locale = localeOf(taken.locale);
    const parameters = await contents.open(taken.id, taken.content);
    const footer = footerOf(locale, { mandatory: kind.mandatory, unsubscribeUrl: null });
    const rendered = await render(builtIn[taken.kind as Kind][locale], parameters, {
      locale,
      zone: 'UTC',
      footer,
    });
    return { deliveryId: taken.id, to: taken.target, ...rendered, unsubscribeUrl: null };
  };
}
