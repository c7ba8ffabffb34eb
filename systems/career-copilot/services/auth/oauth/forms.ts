import { answerErrors, type ServiceApp } from '@banyan/service';
import { OAuthError, oauthAnswer } from './errors.ts';

/** Routes of this scope take forms, in which no field is there twice (RFC 6749, 3.1), and answer errors in the words of OAuth. */
export function oauthForms(scope: ServiceApp): void {
  answerErrors(scope, oauthAnswer);
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      const fields = new URLSearchParams(body as string);
      const names = [...fields.keys()];
      if (new Set(names).size < names.length)
        done(new OAuthError('invalid_request', 'A parameter is there twice.'));
      else done(null, Object.fromEntries(fields));
    },
  );
}
