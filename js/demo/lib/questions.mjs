/** What is asked when no question is given. */
export const BUILT_IN_QUESTIONS = [
  'connect to a server with a timeout',
  'read a zip archive that is encrypted with a password',
  'cancel a task while it waits for a future',
  'encode and decode base64',
  'calendar of a leap year',
];
