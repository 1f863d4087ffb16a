import { hostCookieName, readCookies, serializeCookie } from './cookies.js'
import type { VaultRequest } from './vault-request.js'

/** Cookies of the flows that a browser has under way: one for each, by its `state`, so that several tabs do not disturb each other. */
export interface StateCookies {
  /** Sets the flow's cookie, and drops those above the bound. */
  set(request: VaultRequest, value: string, flow: FlowOfCookie): readonly string[]
  read(request: VaultRequest, flow: FlowOfCookie): string | undefined
  clear(flow: FlowOfCookie): string
}

export interface FlowOfCookie {
  readonly state: string
  /** Whether the vault is reached over https. */
  readonly secure: boolean
}

/** The browser's secret of a flow. */
export const flowCookies: StateCookies = createStateCookies('hf_tx_', 600)

/** More flows than anybody has open at once; the cookies must not grow without bound. */
const MAX_PENDING = 5

export function createStateCookies(prefix: string, lifetimeS: number): StateCookies {
  const nameOf = ({ state, secure }: FlowOfCookie): string =>
    hostCookieName(prefix, secure) + state.slice(0, 12).replace(/[^A-Za-z0-9_-]/g, '')

  /** Lax: the provider's redirect is a cross-site navigation, with which Strict cookies do not come along. */
  const line = (name: string, value: string, maxAgeS: number, secure: boolean): string =>
    serializeCookie({ name, value, maxAgeS, secure, sameSite: 'Lax' })

  return {
    set(request, value, flow) {
      const { secure } = flow
      const pending = [...readCookies(request).keys()].filter((name) => name.startsWith(hostCookieName(prefix, secure)))
      const dropped = pending.slice(0, Math.max(0, pending.length - (MAX_PENDING - 1)))
      return [...dropped.map((name) => line(name, '', 0, secure)), line(nameOf(flow), value, lifetimeS, secure)]
    },
    read: (request, flow) => readCookies(request).get(nameOf(flow)),
    clear: (flow) => line(nameOf(flow), '', 0, flow.secure),
  }
}
