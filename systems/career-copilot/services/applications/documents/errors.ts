import { defineErrors } from '@banyan/service';

export const errors = defineErrors({
  DOCUMENT_NOT_FOUND: [404, 'The application has no such document.'],
  VERSION_NOT_FOUND: [404, 'You have no such version of a document.'],
  NOT_KEPT_HERE: [404, 'The document was never uploaded here: its url is all that is known of it.'],
  DOCUMENT_EMPTY: [400, 'The body is the file, and there is nothing in it.'],
  DOCUMENT_TOO_LARGE: [413, 'The file is larger than a document may be.'],
  UPLOAD_TOO_SLOW: [
    408,
    'The file comes so slowly that others would have to wait for it. Try again on a better line.',
  ],
  TYPE_REFUSED: [415, 'A document is PDF, Word (.docx), PNG, JPEG or plain text in UTF-8, by what is in it.'],
  TYPE_DIFFERS: [415, 'The file is not what its name, or its Content-Type, says it is.'],
  QUOTA_EXCEEDED: [409, 'Your documents would take more room than you have. Remove some first.'],
  SCAN_PENDING: [409, 'The file has not been looked into for harm yet. Try again in a moment.'],
  INFECTED: [403, 'Something harmful was found in the file: nobody gets it.'],
  UPLOAD_LOST: [503, 'The upload took too long to be kept. Send it again.'],
  LINK_INVALID: [403, 'The link has expired, or was changed. Ask for another one.'],
});
