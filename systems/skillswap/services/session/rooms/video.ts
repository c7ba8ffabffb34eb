/** What a service of video rooms does for us. */
export type VideoRooms = {
  /** Where its clients connect to. */
  url: string;
  /** What is said in a room is recorded. */
  isRecording: boolean;
  /** Makes a room for two unless it is there. Throws `RoomsUnavailable`. */
  open(room: string): Promise<void>;
  /** With what somebody enters the room until that moment. */
  pass(wanted: { room: string; identity: string; until: Date }): Promise<string>;
  /** Has everybody leave; a room that is not there is no error. Throws `RoomsUnavailable`. */
  close(room: string): Promise<void>;
  /** What a message of its says; undefined: it is not from there, or for us. `authorization`: the header that came with it. */
  message(body: Buffer, authorization: string | undefined): Promise<RoomMessage | undefined>;
};

/** That what was said in a room is recorded, and as what it lies where recordings are put. */
export type RoomMessage = { room: string; recordings: { source: string; seconds: number }[] };

/** Nobody knows whether it was done: it is asked again. */
export class RoomsUnavailable extends Error {
  override name = 'RoomsUnavailable';
}
