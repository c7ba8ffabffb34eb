import { Socket } from 'node:net';

/**
 * A socket that is read into memory which its reader has for it, once `room` is set; the reader sees from where a
 * piece of `data` lies that it is there already. Until then it reads into memory of its own, as other sockets do.
 */
export class DirectSocket extends Socket {
  /** Where the read after the next one shall go. Never empty. */
  room: (() => Buffer) | undefined;

  constructor() {
    super({
      onread: {
        buffer: () => this.room?.() ?? Buffer.allocUnsafeSlow(LOGIN_BYTES),
        callback: (bytes, buffer) => {
          this.emit('data', buffer.subarray(0, bytes));
          return true;
        },
      },
    });
  }
}

const LOGIN_BYTES = 16 * 1024;
