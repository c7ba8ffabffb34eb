/**
 * Whether a text begins or ends a transaction: alone, or among other statements. It cannot see what procedures do, but
 * those are refused by the server inside a transaction.
 */
export function endsTransaction(text: string): boolean {
  if (ENDS.test(text)) return true;
  return (
    text.includes(';') &&
    text
      .replaceAll(QUOTED, ' ')
      .split(';')
      .some((each) => ENDS.test(each))
  );
}

const ENDS =
  /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*(?:BEGIN|START\s+TRANSACTION|COMMIT|END|ABORT|PREPARE\s+TRANSACTION|ROLLBACK(?!\s+(?:(?:WORK|TRANSACTION)\s+)?TO\b))\b/i;

/** Strings, names, dollar quotes, comments: what is in them is no statement. */
const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g;
