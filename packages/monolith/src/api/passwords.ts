/** bcrypt looks at no more of a password than this: of a longer one any other end would do. */
const PASSWORD_BYTES = 72;

/** A schema counts letters, and those beyond A to Z take more than a byte. */
export function isTooLongForBcrypt(password: string): boolean {
  return Buffer.byteLength(password) > PASSWORD_BYTES;
}
