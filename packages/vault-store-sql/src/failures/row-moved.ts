/** A row was not where the same step had just seen it: the step begins again. */
export class RowMoved extends Error {
  override readonly name = 'RowMoved'
}
