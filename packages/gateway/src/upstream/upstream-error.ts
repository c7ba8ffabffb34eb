/** The first four are the upstream's doing; 'busy': no place was free; the others are the client's, or nobody waits. */
export type UpstreamErrorCode =
  | 'connect'
  | 'timeout'
  | 'reset'
  | 'malformed'
  | 'busy'
  | 'aborted'
  | 'body'
  | 'slow-upload'
  | 'slow-reader';

export class UpstreamError extends Error {
  readonly code: UpstreamErrorCode;
  constructor(code: UpstreamErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
