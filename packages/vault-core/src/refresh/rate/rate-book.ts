/**
 * How the processes share what a provider allows in a second. A slot is the right to one request; it is taken from before the request
 * leaves until a second after its answer. So whatever is slow on the way, no second sees more requests arrive than there are slots.
 */
export interface RateBook {
  /** By the name of the process. */
  readonly holders: Readonly<Record<string, RateHolder>>
}

export interface RateHolder {
  /** What it has, and others must not have. */
  readonly slots: number
  /** It would use more. */
  readonly wantsMore: boolean
  /** Store time. Whoever has not come again by then is gone, and what he sent has long arrived. */
  readonly untilMs: number
}

export interface RateClaim {
  readonly owner: string
  /** Slots that are taken: the process cannot give these up. */
  readonly taken: number
  /** The most that were taken at a time since the process last came: if it wants no more, it keeps these. */
  readonly peak: number
  readonly wantsMore: boolean
  /** Slots that there are. */
  readonly limit: number
  /** Store time. */
  readonly nowMs: number
  readonly untilMs: number
}

export const emptyRateBook: RateBook = { holders: {} }

/**
 * The book after a process came by, and how many slots it may use from then on: fewer than it has taken when it has to give some up. Whoever
 * wants more has an equal share of what those leave who do not; only what was given up is given out. Who wants nothing and has taken nothing
 * is struck out.
 */
export function rateBookAfter(book: RateBook, claim: RateClaim): { readonly book: RateBook; readonly mayUse: number } {
  const { owner, taken, peak, wantsMore, limit, nowMs, untilMs } = claim
  const others = Object.entries(book.holders).filter(([name, holder]) => name !== owner && holder.untilMs > nowMs)
  const content = others.filter(([, holder]) => !holder.wantsMore)
  const wanting = others.length - content.length
  const share = Math.max(1, Math.floor((limit - slotsOf(content)) / (wanting + 1)))
  const mayUse = Math.max(0, Math.min(wantsMore ? share : peak, limit - slotsOf(others)))
  const slots = Math.max(taken, mayUse)
  const isGone = slots === 0 && !wantsMore
  return {
    mayUse,
    book: { holders: Object.fromEntries([...others, ...(isGone ? [] : [[owner, { slots, wantsMore, untilMs }] as const])]) },
  }
}

function slotsOf(holders: readonly (readonly [string, RateHolder])[]): number {
  return holders.reduce((sum, [, { slots }]) => sum + slots, 0)
}
