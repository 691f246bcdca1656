/** What is asked when no question is given. */
export const BUILT_IN_QUESTIONS = [
  'connecting to a server that never answers must time out',
  'reading a truncated compressed file raises an error',
  'two threads wait for the same lock without a deadlock',
  'copying a directory keeps the symbolic links',
  'an object that refers to itself is garbage collected',
];
