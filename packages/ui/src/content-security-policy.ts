/**
 * Hashes for `style-src`: the two style elements that react-aria writes into the head (about touch, of what can be pressed; about
 * scrolling on iOS, while a dialog is open). Their texts never change within a version, so that a policy with these hashes needs
 * no nonce, and the page stays the same file for everybody. The test of the gallery fails if a version brings other texts.
 */
export const styleHashes: readonly string[] = [
  "'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='",
  "'sha256-gYiS/BvZvRcK27JIXTuwhZ3hs2+VJ1X+2gUlE+farlg='",
];
