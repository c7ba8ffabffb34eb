import { useFormatter } from 'use-intl';
import { sizeOf } from './documents.ts';

/** `84 kB` */
export function useSizes(): (bytes: number) => string {
  const format = useFormatter();
  return (bytes) => {
    const { value, unit } = sizeOf(bytes);
    return format.number(value, { style: 'unit', unit, unitDisplay: 'short' });
  };
}
