import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { SessionState } from '../session/session.ts';
import { isOver } from './end-push.ts';

it('push is over for whoever logs out, or once somebody else is logged in, not when a session runs out', () => {
  const states: [SessionState, boolean][] = [
    [{ status: 'out', reason: 'logged-out' }, true],
    [{ status: 'in', user: { id: 8 } as never }, true],
    [{ status: 'in', user: { id: 7 } as never }, false],
    [{ status: 'out', reason: 'ended' }, false],
    [{ status: 'out', reason: null }, false],
    [{ status: 'starting' }, false],
  ];
  for (const [state, expected] of states) assert.equal(isOver(7, state), expected, JSON.stringify(state));
});
