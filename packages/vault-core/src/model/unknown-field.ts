import { didYouMean } from './did-you-mean.js'

/** An unknown name, and what is wrong with it. A value that slipped into the place of a name is not repeated. */
export function unknownField(field: string, known: readonly string[], whose: string): [string, string] {
  if (!/^[A-Za-z][A-Za-z_-]{0,39}$/.test(field)) return ['(unknown)', `is a field that no ${whose} has`]
  const meant = didYouMean(field, known)
  return [field, meant ? `is unknown; did you mean \`${meant}\`?` : 'is unknown']
}

/** The same of each name that `given` has and that is not `known`: what is left out by a slip of the pen would be taken for not given. */
export function unknownFields(given: object, known: readonly string[], whose: string): Record<string, string> {
  const unknown = Object.keys(given).filter((field) => !known.includes(field))
  return Object.fromEntries(unknown.map((field) => unknownField(field, known, whose)))
}
