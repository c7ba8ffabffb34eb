/** Something that preflight has to say. */
export type Finding = {
  code: string;
  /** Whose database it is about. */
  end?: 'monolith' | 'service';
  /** `schema.table`, if it is about one. */
  table?: string;
  message: string;
  /** What to do about it. */
  hint: string;
  /** Statements that fix it, for somebody who may run them in that database. */
  sql?: string[];
  /** `error`: the link must not be prepared like this. `hint`: something was not found out. */
  severity: 'error' | 'warning' | 'hint';
};

export function error(code: string, message: string, hint: string, table?: string): Finding {
  return { code, ...(table === undefined ? {} : { table }), message, hint, severity: 'error' };
}

export function warning(code: string, message: string, hint: string, table?: string): Finding {
  return { ...error(code, message, hint, table), severity: 'warning' };
}

export function hint(code: string, message: string, hint: string): Finding {
  return { ...error(code, message, hint), severity: 'hint' };
}

/** An error that statements fix. */
export function lacking(code: string, message: string, sql: string[], table?: string): Finding {
  return { ...error(code, message, `Run ${sql.join('; ')}`, table), sql };
}
