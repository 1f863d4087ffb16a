import { describe, expect, it } from 'vitest'
import { type Delivery, deliveryOf } from '../../src/login/delivery.js'

const DEFAULT = ['token', 'id_token'] as const
const CODE = ['code'] as const

interface Case {
  readonly vault: string
  readonly page: string
  readonly flowType?: readonly ('code' | 'token' | 'id_token')[]
  readonly responseLocation?: 'cookie' | 'query' | 'none'
  readonly cookieDomain?: string
  readonly hidden?: boolean
  readonly link?: boolean
  readonly noChallenge?: boolean
}

const AUTH = 'https://auth.example.com'
const APP = 'https://app.example.com/home'

/** What the published SDK can take, page by page. */
const CASES: readonly (readonly [string, Case, Delivery])[] = [
  // A page of localhost: the SDK reads the address, and nothing else unless it asked for a code.
  ['localhost', { vault: 'http://localhost:4000', page: 'http://localhost:3000/' }, 'tokens_in_query'],
  ['localhost of a vault on 127.0.0.1', { vault: 'http://127.0.0.1:4000', page: 'http://localhost:3000/' }, 'tokens_in_query'],
  ['127.0.0.1 of a vault elsewhere', { vault: AUTH, page: 'http://127.0.0.1:3000/' }, 'tokens_in_query'],
  ['localhost, hidden from scripts', { vault: 'http://localhost:4000', page: 'http://localhost:3000/', hidden: true }, 'tokens_in_cookies'],
  ['localhost, hidden, of a vault elsewhere', { vault: AUTH, page: 'http://localhost:3000/', hidden: true }, 'code_in_query'],
  ['localhost with a code', { vault: 'http://127.0.0.1:4000', page: 'http://localhost:3000/', flowType: CODE }, 'code_in_query'],
  [
    'localhost with a code in a cookie',
    { vault: 'http://localhost:4000', page: 'http://localhost:3000/', flowType: CODE },
    'code_in_cookie',
  ],
  // Pages that see the vault's cookies.
  ['the vault’s own host', { vault: AUTH, page: 'https://auth.example.com/' }, 'tokens_in_cookies'],
  ['another port of it', { vault: AUTH, page: 'https://auth.example.com:8443/' }, 'tokens_in_cookies'],
  ['the same domain', { vault: AUTH, page: APP, cookieDomain: 'example.com' }, 'tokens_in_cookies'],
  ['the domain itself', { vault: AUTH, page: 'https://example.com/', cookieDomain: 'example.com' }, 'tokens_in_cookies'],
  ['the same domain, with a code', { vault: AUTH, page: APP, cookieDomain: 'example.com', flowType: CODE }, 'code_in_cookie'],
  ['the same domain, hidden', { vault: AUTH, page: APP, cookieDomain: 'example.com', hidden: true }, 'tokens_in_cookies'],
  // And pages that do not.
  ['a sibling without a domain', { vault: AUTH, page: APP }, 'code_in_query'],
  ['a sibling without a domain, hidden', { vault: AUTH, page: APP, hidden: true }, 'code_in_query'],
  ['a sibling without a domain, and no challenge for a code', { vault: AUTH, page: APP, noChallenge: true }, 'none'],
  ['another domain that ends alike', { vault: AUTH, page: 'https://evilexample.com/', cookieDomain: 'example.com' }, 'code_in_query'],
  ['another domain', { vault: AUTH, page: 'https://app.example.net/', cookieDomain: 'example.com' }, 'code_in_query'],
  [
    'another domain, with a code',
    { vault: AUTH, page: 'https://app.example.net/', cookieDomain: 'example.com', flowType: CODE },
    'code_in_query',
  ],
  ['a sibling over http', { vault: AUTH, page: 'http://app.example.com/', cookieDomain: 'example.com' }, 'code_in_query'],
  // What was asked for.
  [
    'a code in the address',
    { vault: AUTH, page: APP, cookieDomain: 'example.com', flowType: CODE, responseLocation: 'query' },
    'code_in_query',
  ],
  [
    'tokens in the address, which the SDK passes over',
    { vault: AUTH, page: APP, cookieDomain: 'example.com', responseLocation: 'query' },
    'tokens_in_cookies',
  ],
  ['a code among others', { vault: AUTH, page: APP, flowType: ['code', ...DEFAULT] }, 'code_in_query'],
  ['nothing', { vault: AUTH, page: APP, cookieDomain: 'example.com', responseLocation: 'none' }, 'none'],
  ['nothing, with a code', { vault: AUTH, page: APP, flowType: CODE, responseLocation: 'none' }, 'none'],
  // One more account: the SDK kept nothing, so a code would be lost.
  ['a link', { vault: AUTH, page: APP, cookieDomain: 'example.com', link: true }, 'none'],
  ['a link with a code', { vault: AUTH, page: APP, flowType: CODE, link: true }, 'none'],
  ['a link on localhost', { vault: 'http://localhost:4000', page: 'http://localhost:3000/', link: true }, 'tokens_in_query'],
]

describe('how an application gets what a sign-in brought', () => {
  it.each(CASES)(
    '%s',
    (_name, { vault, page, cookieDomain, flowType = DEFAULT, responseLocation = 'cookie', hidden, link, noChallenge }, expected) => {
      const codeChallenge = noChallenge ? undefined : 'x'.repeat(43)
      const asked = { flowType, responseLocation, linkTo: link ? 'usr_1' : undefined, codeChallenge }
      const delivery = deliveryOf({ vaultUrl: new URL(vault), cookieDomain }, asked, { tokenVisibleToScripts: !hidden }, new URL(page))
      expect(delivery).toBe(expected)
    },
  )
})
