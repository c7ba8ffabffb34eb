import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Channel, Outgoing } from '../channels/channel.ts';

/** What the other side of a channel has got. */
export type Received = { id: string; to: string; text: string };

/** A channel, and another side that does what the address says. */
export type ChannelHarness = {
  channel: Channel;
  /** The same with nobody at the other side. */
  toNobody: Channel;
  addresses: {
    good: string;
    /** Does not exist. */
    missing: string;
    /** Exists, and takes nothing of this message. */
    refusing: string;
    /** Asks to come again later. */
    busy: string;
    /** Takes the message, and breaks off before it says so. */
    cutOff: string;
  };
  received: Received[];
  stop(): Promise<void>;
};

const noted = async () => {};

/** What every channel does. */
export function channelContract(name: string, start: () => Promise<ChannelHarness>): void {
  describe(`a channel (${name})`, () => {
    let harness: ChannelHarness;
    let count = 0;

    before(async () => {
      harness = await start();
    });
    after(async () => await harness?.stop());

    const to = (address: keyof ChannelHarness['addresses']): Outgoing => ({
      deliveryId: `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`,
      to: harness.addresses[address],
      subject: 'An interview',
      text: 'On Monday.\n\n-- \nWhy you get this.',
      html: '<p>On Monday.</p>',
      short: 'An interview on Monday.',
      link: 'https://career.example/applications/1',
      unsubscribeUrl: 'https://career.example/unsubscribe?token=a.b',
    });
    const got = ({ to }: Outgoing) => harness.received.filter((one) => one.to === to);

    it('gives a message to the other side once, after that was noted', async () => {
      const message = to('good');
      const before = got(message).length;
      let handedOver = 0;
      const outcome = await harness.channel.send(message, async () => {
        assert.equal(got(message).length, before);
        handedOver++;
      });
      assert.equal(outcome.is, 'sent', JSON.stringify(outcome));
      assert.deepEqual([handedOver, got(message).length], [1, before + 1]);
      assert.match(got(message).at(-1)!.text, /Monday/);
    });

    it('sends nothing that may not be handed over', async () => {
      const message = to('good');
      const before = got(message).length;
      const outcome = await harness.channel.send(message, async () => {
        throw new Error('somebody else has it');
      });
      assert.deepEqual([outcome.is, got(message).length], ['unsent', before]);
    });

    it('lets a second one of the same message be known by its id, and by nothing else', async () => {
      const message = to('good');
      const before = harness.received.length;
      for (let times = 0; times < 2; times++) await harness.channel.send(message, noted);
      await harness.channel.send(to('good'), noted);
      const [first, second, other] = harness.received.slice(before).map(({ id }) => id);
      assert.equal(first, second);
      assert.notEqual(other, first);
    });

    it('tells an address that is not there from a message that is not taken', async () => {
      const missing = await harness.channel.send(to('missing'), noted);
      assert.partialDeepStrictEqual(missing, { is: 'refused', addressIsBad: true });
      const refused = await harness.channel.send(to('refusing'), noted);
      assert.partialDeepStrictEqual(refused, { is: 'refused', addressIsBad: false });
    });

    it('tells that the other side is busy, or not there, and has nothing', async () => {
      assert.equal((await harness.channel.send(to('busy'), noted)).is, 'unsent');
      assert.equal((await harness.toNobody.send(to('good'), noted)).is, 'unsent');
    });

    it('tells that nobody knows whether the other side has it', async () => {
      const outcome = await harness.channel.send(to('cutOff'), noted);
      assert.equal(outcome.is, 'unknown', JSON.stringify(outcome));
    });
  });
}
