export { type CalDavServer, calDavContract, icsOf } from './caldav-contract.ts';
export { type CalDavDouble, startCalDav } from './caldav-server.ts';
export { type GoogleCalendar, startGoogleCalendar } from './google-calendar.ts';
export { killedLooks } from './killed-looks.ts';
