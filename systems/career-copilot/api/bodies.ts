/** The largest bodies that routes take, bytes: stated here alone, since both their services and the gateway's plan go by them. */

/** A file from which a résumé is read, and the résumé that was read from it. */
export const RESUME_BYTES = 5 * 1024 * 1024;
/** A mail in base64, as the mail server posts it. */
export const MAIL_BYTES = 8 * 1024 * 1024;
/** A document of an application: a résumé, a cover letter. */
export const DOCUMENT_BYTES = 10 * 1024 * 1024;
