/** The application cannot start, for a reason that the person who started it can mend. The message is one clear sentence. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure'
}
