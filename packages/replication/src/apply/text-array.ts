/**
 * Writes texts as a PostgreSQL `text[]` in binary form: no quoting here, no parsing there. `undefined` is NULL too.
 */
export function encodeTextArray(
  count: number,
  valueAt: (index: number) => string | null | undefined,
): Buffer {
  let at = HEADER;
  let hasNull = 0;
  for (let index = 0; index < count; index++) {
    const value = valueAt(index);
    if (value === null || value === undefined) {
      hasNull = 1;
      if (at + 4 > scratch.length) grow(at + 4);
      scratch.writeInt32BE(-1, at);
      at += 4;
      continue;
    }
    const most = at + 4 + value.length * 3;
    if (most > scratch.length) grow(most);
    const bytes = write(value, at + 4);
    scratch[at] = bytes >>> 24;
    scratch[at + 1] = (bytes >>> 16) & 0xff;
    scratch[at + 2] = (bytes >>> 8) & 0xff;
    scratch[at + 3] = bytes & 0xff;
    at += 4 + bytes;
  }
  scratch.writeInt32BE(1, 0); // dimensions
  scratch.writeInt32BE(hasNull, 4);
  scratch.writeInt32BE(TEXT_OID, 8);
  scratch.writeInt32BE(count, 12);
  scratch.writeInt32BE(1, 16); // lower bound
  const result = Buffer.allocUnsafeSlow(at);
  scratch.copy(result, 0, 0, at);
  if (scratch.length > KEEP) scratch = Buffer.allocUnsafeSlow(KEEP);
  return result;
}

const HEADER = 20;
const TEXT_OID = 25;
const KEEP = 4 * 1024 * 1024;
/** Below this a loop over the characters beats the call into native code. */
const SHORT = 24;
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

function grow(atLeast: number): void {
  const larger = Buffer.allocUnsafeSlow(Math.max(atLeast, scratch.length * 2));
  scratch.copy(larger);
  scratch = larger;
}

/** Writes UTF-8 at `at`; how many bytes it took. */
function write(value: string, at: number): number {
  const length = value.length;
  if (length > SHORT) return scratch.write(value, at, 'utf8');
  for (let index = 0; index < length; index++) {
    const code = value.charCodeAt(index);
    if (code > 0x7f) return scratch.write(value, at, 'utf8');
    scratch[at + index] = code;
  }
  return length;
}
