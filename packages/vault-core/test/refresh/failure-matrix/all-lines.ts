import { accountLines } from './account-lines.js'
import { answerLines } from './answer-lines.js'
import { keyAndClockLines } from './key-and-clock-lines.js'
import { lifetimeLines } from './lifetime-lines.js'
import { loadLines } from './load-lines.js'
import type { MatrixLine } from './matrix-line.js'
import { processLines } from './process-lines.js'
import { refusalLines } from './refusal-lines.js'
import { rejectedTokenLines } from './rejected-token-lines.js'
import { silenceLines } from './silence-lines.js'
import { transportLines } from './transport-lines.js'
import { writeBackLines } from './write-back-lines.js'

/** Every line of the table, by row. */
export const allLines: readonly MatrixLine[] = [
  ...processLines,
  ...silenceLines,
  ...writeBackLines,
  ...refusalLines,
  ...transportLines,
  ...answerLines,
  ...lifetimeLines,
  ...accountLines,
  ...keyAndClockLines,
  ...rejectedTokenLines,
  ...loadLines,
].toSorted((one, other) => one.row - other.row)
