import { type ReactElement, useEffect, useState } from 'react';
import { VisuallyHidden } from './VisuallyHidden.tsx';

/** Tells a screen reader what has changed, when it has time. The same text twice needs a change between. */
export function LiveRegion({ text, isUrgent }: { text: string; isUrgent?: boolean }): ReactElement {
  // A region that comes with its text is not read: it has to be there before.
  const [told, setTold] = useState('');
  useEffect(() => setTold(text), [text]);
  return (
    <VisuallyHidden>
      <div role={isUrgent ? 'alert' : 'status'}>{told}</div>
    </VisuallyHidden>
  );
}
