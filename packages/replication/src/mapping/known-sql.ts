import { quoteIdent, quoteLiteral } from '@banyan/postgres/quote';

/**
 * The SQL that `rename`, `split` and `merge` write, and its recognition. A row of nothing but these can be rewritten
 * byte by byte on its way from the stream to COPY, with the outcome that the SQL has.
 */
export type KnownSql =
  | { op: 'plain'; column: string }
  /** What stands before the first separator; all of it if there is none. */
  | { op: 'first'; column: string; separator: string }
  /** What stands behind it; NULL if there is none. */
  | { op: 'rest'; column: string; separator: string }
  | { op: 'joined'; first: string; rest: string; separator: string };

export function firstSql(column: string, separator: string): string {
  return `split_part(${quoteIdent(column)}, ${quoteLiteral(separator)}, 1)`;
}

export function restSql(column: string, separator: string): string {
  const [name, text] = [quoteIdent(column), quoteLiteral(separator)];
  return `substr(${name}, nullif(strpos(${name}, ${text}), 0) + ${[...separator].length})`;
}

export function joinedSql(first: string, rest: string, separator: string): string {
  const [a, b] = [quoteIdent(first), quoteIdent(rest)];
  return `CASE WHEN ${a} IS NOT NULL OR ${b} IS NOT NULL THEN coalesce(${a}, '') || coalesce(${quoteLiteral(separator)} || ${b}, '') END`;
}

/** What an expression over `inputs` does, if it is one of the above. */
export function recognise(expr: string, inputs: readonly string[]): KnownSql | undefined {
  const separator = separatorOf(expr);
  for (const column of inputs) {
    if (expr === quoteIdent(column)) return { op: 'plain', column };
    if (separator === undefined) continue;
    if (expr === firstSql(column, separator)) return { op: 'first', column, separator };
    if (expr === restSql(column, separator)) return { op: 'rest', column, separator };
    for (const rest of inputs)
      if (expr === joinedSql(column, rest, separator))
        return { op: 'joined', first: column, rest, separator };
  }
  return undefined;
}

/** Whatever it says, the expression is written anew with it and compared. */
function separatorOf(expr: string): string | undefined {
  const literal = expr.match(/'(?:[^']|'')*'/g)?.find((found) => found !== "''");
  return literal?.slice(1, -1).replaceAll("''", "'");
}
