import { useEffect, useState } from 'react';

/** What was rendered last, for whoever is called later and need not be rendered anew for it. */
export function useLatest<Value>(value: Value): { readonly current: Value } {
  const [latest] = useState({ current: value });
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}
