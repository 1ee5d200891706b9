/** The storage answers, but not as it should; the message says what to look at. */
export class WrongAnswerError extends Error {
  override readonly name = 'WrongAnswerError'
}
