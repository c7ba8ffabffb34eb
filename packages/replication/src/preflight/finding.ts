/** Something that preflight has to say. */
export type Finding = {
  code: string;
  /** Whose database it is about. */
  end?: 'monolith' | 'service';
  /** `schema.table`, if it is about one. */
  table?: string;
  message: string;
  /** What to do about it. */
  mend: string;
  /** Statements that mend it, for somebody who may run them in that database. */
  sql?: string[];
  /** `error`: the link must not be prepared like this. `hint`: something was not found out. */
  severity: 'error' | 'warning' | 'hint';
};

export function error(code: string, message: string, mend: string, table?: string): Finding {
  return { code, ...(table === undefined ? {} : { table }), message, mend, severity: 'error' };
}

export function warning(code: string, message: string, mend: string, table?: string): Finding {
  return { ...error(code, message, mend, table), severity: 'warning' };
}

export function hint(code: string, message: string, mend: string): Finding {
  return { ...error(code, message, mend), severity: 'hint' };
}

/** An error that statements mend. */
export function lacking(code: string, message: string, sql: string[], table?: string): Finding {
  return { ...error(code, message, `Run ${sql.join('; ')}`, table), sql };
}
