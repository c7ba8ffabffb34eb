/** Why a file is not read as a résumé, in words for whoever sent it. */
const ERRORS = {
  TOO_LARGE: [413, 'The file is larger than a résumé may be.'],
  UNKNOWN_KIND: [
    415,
    'The file is no PDF, no Word document (.docx), no JSON Resume, no export of LinkedIn and no plain text.',
  ],
  TOO_MANY_PAGES: [422, 'The file has more pages than a résumé may have.'],
  TOO_LARGE_INSIDE: [422, 'What the file unpacks to is larger than a résumé may be.'],
  ENCRYPTED: [422, 'The file is locked by a password. Save it without one.'],
  UNREADABLE: [422, 'The file is damaged and cannot be read.'],
  NO_TEXT: [422, 'The file has no text in it, only pictures. Save it as text, or write it in by hand.'],
  NOT_THE_SCHEMA: [422, 'The file is JSON, but not in the form of JSON Resume.'],
  TOO_SLOW: [422, 'The file takes too long to read.'],
} as const;

export type ResumeErrorCode = keyof typeof ERRORS;

/** The only thing that reading a résumé throws; a route that lets it through answers by its status. */
export class ResumeError extends Error {
  override name = 'ResumeError';
  readonly code: ResumeErrorCode;
  readonly problem: { status: number; fields: { problems?: readonly string[] } };

  /** `problems`: of `NOT_THE_SCHEMA`, what is wrong, and where. */
  constructor(
    code: ResumeErrorCode,
    { problems, cause }: { problems?: readonly string[]; cause?: unknown } = {},
  ) {
    const [status, message] = ERRORS[code];
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.problem = { status, fields: problems ? { problems } : {} };
  }
}
