/**
 * What reading one small answer costs: our parser beside llhttp, in undici's build to WebAssembly and called as undici
 * calls it, without what undici does around it. `node bench/gateway/parsers.ts`; figures are medians of rounds in turn.
 */
// @ts-expect-error: it has no types
import llhttpWasm from 'undici/lib/llhttp/llhttp_simd-wasm.js';
import { ResponseParser } from '../../packages/gateway/src/upstream/response-parser.ts';
import { median } from '../median.ts';

/** The part of it that is used here: the types of Node lack it. */
declare const WebAssembly: {
  Module: new (bytes: Buffer) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
};

const ROUNDS = 40;
const ANSWERS = 50_000;
const body = JSON.stringify({ id: 7, firstName: 'Ada', lastName: 'Lovelace', version: 3 });
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${body.length}\r\n` +
    `date: Thu, 01 Jan 2026 00:00:00 GMT\r\nvary: origin\r\netag: W/"5-x"\r\nconnection: keep-alive\r\n\r\n${body}`,
);

type Reader = { name: string; read: () => number };
const readers: Reader[] = [ours(), llhttp()];
const nanos = new Map<string, number[]>(readers.map(({ name }) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const { name, read } of round % 2 ? readers : readers.toReversed()) {
    const before = process.cpuUsage();
    let bytes = 0;
    for (let i = 0; i < ANSWERS; i++) bytes += read();
    const { user, system } = process.cpuUsage(before);
    if (bytes !== body.length * ANSWERS) throw new Error(`${name} read ${bytes} bytes`);
    nanos.get(name)!.push(((user + system) * 1_000) / ANSWERS);
  }
}
for (const [name, all] of nanos)
  console.log(`${name.padEnd(24)} ${(median(all) / 1_000).toFixed(2)} us an answer`);

function ours(): Reader {
  let bytes = 0;
  let headers: string[] = [];
  const parser = new ResponseParser({
    onHead(_status, list) {
      headers = list;
    },
    onData(chunk) {
      bytes += chunk.length;
    },
    onDone() {},
  });
  return {
    name: 'ours',
    read() {
      bytes = 0;
      parser.begin(false);
      parser.push(answer);
      if (headers.length !== 12) throw new Error('headers are missing');
      return bytes;
    },
  };
}

function llhttp(): Reader {
  let bytes = 0;
  let headers: string[] = [];
  let pointer = 0;
  const text = (at: number, length: number) => answer.toString('latin1', at - pointer, at - pointer + length);
  const nothing = () => 0;
  const take = (_parser: number, at: number, length: number) => {
    headers.push(text(at, length));
    return 0;
  };
  const module = new WebAssembly.Module(llhttpWasm);
  const { exports } = new WebAssembly.Instance(module, {
    env: {
      wasm_on_url: nothing,
      wasm_on_status: nothing,
      wasm_on_message_begin: nothing,
      wasm_on_header_field: take,
      wasm_on_header_value: take,
      wasm_on_headers_complete: nothing,
      wasm_on_body(_parser: number, _at: number, length: number) {
        bytes += length;
        return 0;
      },
      wasm_on_message_complete: nothing,
    },
  });
  const wasm = exports as {
    memory: { buffer: ArrayBuffer };
    malloc(size: number): number;
    llhttp_alloc(type: number): number;
    llhttp_execute(parser: number, at: number, length: number): number;
  };
  const RESPONSE = 2;
  const parser = wasm.llhttp_alloc(RESPONSE);
  pointer = wasm.malloc(64 * 1024);
  const buffer = new Uint8Array(wasm.memory.buffer, pointer, 64 * 1024);
  return {
    name: 'llhttp (WebAssembly)',
    read() {
      bytes = 0;
      headers = [];
      buffer.set(answer);
      if (wasm.llhttp_execute(parser, pointer, answer.length) !== 0) throw new Error('refused');
      if (headers.length !== 12) throw new Error('headers are missing');
      return bytes;
    },
  };
}
