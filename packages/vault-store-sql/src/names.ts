import {
  IdentifierNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryResult,
  type RootOperationNode,
  type SchemableIdentifierNode,
  type UnknownRow,
} from 'kysely'

/** Where the vault's tables are among the application's own. */
export interface TableNames {
  readonly prefix: string
  readonly schema?: string | undefined
}

/** Puts the prefix, and the schema if there is one, before every table's name. */
export function tableNamesPlugin({ prefix, schema }: TableNames): KyselyPlugin {
  const transformer = new TableNamesTransformer(prefix, schema)
  return {
    transformQuery: ({ node }: PluginTransformQueryArgs): RootOperationNode => transformer.transformNode(node),
    transformResult: async ({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> => result,
  }
}

/** A table's name as it stands in SQL text. */
export function quotedName({ prefix, schema }: TableNames, table: string, quote: '"' | '`'): string {
  const quoted = (name: string): string => `${quote}${name}${quote}`
  return schema === undefined ? quoted(prefix + table) : `${quoted(schema)}.${quoted(prefix + table)}`
}

class TableNamesTransformer extends OperationNodeTransformer {
  readonly #prefix: string
  readonly #schema: string | undefined

  constructor(prefix: string, schema: string | undefined) {
    super()
    this.#prefix = prefix
    this.#schema = schema
  }

  protected override transformSchemableIdentifier(node: SchemableIdentifierNode): SchemableIdentifierNode {
    const transformed = super.transformSchemableIdentifier(node)
    return {
      ...transformed,
      ...(this.#schema !== undefined && { schema: IdentifierNode.create(this.#schema) }),
      identifier: { ...transformed.identifier, name: this.#prefix + transformed.identifier.name },
    }
  }
}
