/** Something that preflight has to say. */
export type Finding = {
  code: string;
  /** `schema.table`, if it is about one. */
  table?: string;
  message: string;
  /** What to do about it. */
  mend: string;
  /** `error`: the link must not be prepared like this. */
  severity: 'error' | 'warning';
};

export function error(code: string, message: string, mend: string, table?: string): Finding {
  return { code, ...(table === undefined ? {} : { table }), message, mend, severity: 'error' };
}

export function warning(code: string, message: string, mend: string, table?: string): Finding {
  return { ...error(code, message, mend, table), severity: 'warning' };
}
