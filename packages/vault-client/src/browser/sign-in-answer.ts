/** What the vault sent the browser back with. */
export interface SignInAnswer {
  /** Of the request that it answers. */
  readonly nonce: string
  /** The vault that answers (RFC 9207). */
  readonly issuer: string | null
  readonly code: string | null
  readonly error: string | null
}

const PARAMETERS = ['nonce', 'iss', 'code', 'error', 'access_token', 'id_token', 'expires_in']

/** Takes the vault's answer out of the page's address, before anybody else is told of it. An answer that is not `isOwn` stays: it is for other code. */
export function takeAnswer(isOwn: (answer: SignInAnswer) => boolean): SignInAnswer | undefined {
  const address = new URL(location.href)
  const read = (name: string): string | null => address.searchParams.get(name)
  const answer = { nonce: read('nonce') ?? '', issuer: read('iss'), code: read('code'), error: read('error') }
  if (!answer.nonce || !isOwn(answer)) return undefined
  history.replaceState(history.state, '', addressWithoutAnswer())
  return answer
}

/** The page's address without what a sign-in left in it. */
export function addressWithoutAnswer(): string {
  const address = new URL(location.href)
  for (const name of PARAMETERS) address.searchParams.delete(name)
  return address.href
}
