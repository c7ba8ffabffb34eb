import { crc32, deflateSync } from 'node:zlib';
import { Transformer } from '@napi-rs/image';

/** Where it was taken, as a camera writes it down. */
export const PLACE = 'GPS 52.5200 13.4050';
const SIDEWAYS = 6;

/** A photograph as a telephone makes it: lying on its side, and with where it was taken. Its left half is red as it lies, its right half blue. */
export async function photograph(width: number, height: number): Promise<Buffer> {
  const jpeg = await halves(width, height).jpeg(90);
  return Buffer.concat([jpeg.subarray(0, 2), exif(), jpeg.subarray(2)]);
}

export function halves(width: number, height: number): Transformer {
  const pixels = Buffer.alloc(width * height * 4);
  for (let n = 0; n < width * height; n++)
    pixels.writeUInt32BE(n % width < width / 2 ? 0xff0000ff : 0x0000ffff, n * 4);
  return Transformer.fromRgbaPixels(pixels, width, height);
}

/** TIFF of two entries: which side is up, and a text. */
function exif(): Buffer {
  const tiff = Buffer.alloc(38 + PLACE.length + 1);
  tiff.write('II*\0', 'latin1');
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(2, 8);
  const entry = (at: number, tag: number, type: number, count: number, value: number) => {
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(type, at + 2);
    tiff.writeUInt32LE(count, at + 4);
    tiff.writeUInt32LE(value, at + 8);
  };
  entry(10, 0x0112, 3, 1, SIDEWAYS);
  entry(22, 0x010e, 2, PLACE.length + 1, 38);
  tiff.write(PLACE, 38, 'latin1');
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** A PNG of a few kilobytes that says it has so many pixels. */
export function bomb(side: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head[8] = 8;
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc32(body), body.length + 4);
    return framed;
  };
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const data = deflateSync(Buffer.alloc(1_000_000));
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}
