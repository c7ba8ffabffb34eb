import { ResizeFit, Transformer } from '@napi-rs/image';

/** Of the longer side of a picture as it is shown. */
export const SIDE = 512;
/** Decoded they take four bytes each. */
const MOST_PIXELS = 24_000_000;
const QUALITY = 82;
/** By what is in it, whatever it is called. */
const FORMATS: readonly string[] = ['jpeg', 'png', 'webp'];

/**
 * A picture as others are shown it: upright, no larger than SIDE, as WebP, and nothing of what was written into the file beside it: not where and when
 * it was taken, nor by what. Undefined: it is none that is taken.
 */
export async function render(content: Buffer): Promise<Buffer | undefined> {
  try {
    // Of the head alone: what would unpack to more than that is never unpacked.
    const { format, width, height } = await new Transformer(content).metadata();
    if (!FORMATS.includes(format) || width * height > MOST_PIXELS) return undefined;
    // From pixels on: a picture that is turned is turned before it is measured.
    const picture = new Transformer(content).rotate();
    if (Math.max(width, height) > SIDE) picture.resize({ width: SIDE, height: SIDE, fit: ResizeFit.Inside });
    return await picture.webp(QUALITY);
  } catch {
    return undefined;
  }
}
