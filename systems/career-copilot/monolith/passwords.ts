import * as bcrypt from '@node-rs/bcrypt';
import { createPasswordQueue } from '../password-queue.ts';

const inTurn = createPasswordQueue();

export const hash = (password: string, cost: number): Promise<string> =>
  inTurn(() => bcrypt.hash(password, { cost }));

export const verify = (password: string, hashed: string): Promise<boolean> =>
  inTurn(() => bcrypt.verify(password, hashed));
