import type { Page, PageQuery } from '@holdfast/vault-core'
import { z } from 'zod'
import type { OperationCall } from '../operation.js'
import { jsonReply, type Reply } from '../reply.js'

/** The query of a collection. */
export const pageFields: {
  readonly limit: z.ZodExactOptional<z.ZodCoercedNumber>
  readonly cursor: z.ZodExactOptional<z.ZodString>
} = {
  limit: z.coerce.number().int().min(1).max(1_000).exactOptional().meta({ description: 'Most items of one page. Default 100.' }),
  cursor: z.string().min(1).exactOptional().meta({ description: 'From `pagination.next.cursor` of the page before.' }),
}

export const pageQuery: z.ZodType<PageQuery> = z.strictObject(pageFields)

const link: z.ZodType = z.object({ href: z.url() })

/** The answer of a collection whose items stand under `name`. */
export function collectionAnswer(name: string, item: z.ZodType, more: Readonly<Record<string, z.ZodType>> = {}): z.ZodType {
  return z.object({
    ...more,
    [name]: z.array(item),
    pagination: z.object({ next: z.object({ cursor: z.string() }) }).exactOptional(),
    links: z.object({ self: link, next: link.optional() }),
  })
}

/** One page, with where it stands and where the next one does. Both are on the public URL, whatever host the request named. */
export function collectionReply<Context>(
  { settings, url }: Pick<OperationCall<Context, unknown, unknown>, 'settings' | 'url'>,
  name: string,
  { items, cursor }: Page<unknown>,
  more: Readonly<Record<string, unknown>> = {},
): Reply {
  const self = new URL(`${settings.origin}${url.pathname}${url.search}`)
  const next = new URL(self)
  if (cursor !== undefined) next.searchParams.set('cursor', cursor)
  return jsonReply(200, {
    ...more,
    [name]: items,
    ...(cursor !== undefined && { pagination: { next: { cursor } } }),
    links: { self: { href: self.href }, ...(cursor !== undefined && { next: { href: next.href } }) },
  })
}

/** Where a thing of this path stands, on the public URL. Each id is one segment. */
export function selfLink<Context>(
  { settings }: Pick<OperationCall<Context, unknown, unknown>, 'settings'>,
  collection: string,
  id: string,
): { readonly self: { readonly href: string } } {
  return { self: { href: `${settings.origin}${settings.basePath}/v1/${collection}/${encodeURIComponent(id)}` } }
}
