import type { ProviderVariable } from './provider-definition.js'

const PLACE = /\{([a-zA-Z][a-zA-Z0-9]{0,31})\}/g

/** The names in braces. */
export function placesIn(template: string): readonly string[] {
  return [...template.matchAll(PLACE)].map(([, name = '']) => name)
}

/** The template with values in the places. */
export function fillTemplate(template: string, values: ReadonlyMap<string, string>): string {
  return template.replace(PLACE, (place, name: string) => values.get(name) ?? place)
}

/**
 * What is wrong with where variables stand: a label or a choice stands in the host name or the path, a segment alone between two slashes of the
 * path, a host is the whole host name. Then no value can lead to another place than the template means.
 */
export function templateProblem(template: string, variables: Readonly<Record<string, ProviderVariable>>): string | undefined {
  const [, host = '', path = ''] = /^https?:\/\/([^/?#]*)([^?#]*)/.exec(template) ?? []
  for (const name of placesIn(template)) {
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined
    if (!variable) return `has a place \`{${name}}\` that is none of \`variables\``
    const place = `{${name}}`
    if (!host.includes(place) && !path.includes(place)) return `has \`{${name}}\` outside of host name and path`
    if (variable.kind === 'host' && host !== place) return `has \`{${name}}\` beside other parts of the host name: a \`host\` is all of it`
    if (variable.kind === 'segment' && (host.includes(place) || !path.split('/').includes(place)))
      return `has \`{${name}}\` where no segment of a path can stand: between two slashes`
    if (variable.kind === 'label' && host.includes(place) && !/^[a-z0-9-]*\{\w+\}[a-z0-9-]*$/i.test(labelWith(host, place)))
      return `has \`{${name}}\` where no label of a host name can stand`
    // Who may choose the end of a host name chooses the host.
    if (variable.kind === 'label' && host.replace(/:\d+$/, '').endsWith(place)) return `lets \`{${name}}\` choose the end of the host name`
  }
  return undefined
}

function labelWith(host: string, place: string): string {
  return host.split('.').find((label) => label.includes(place)) ?? ''
}

/** What is wrong with a value for this variable. The value is not repeated. */
export function variableProblem(variable: ProviderVariable, value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return `is missing: ${variable.description}`
  switch (variable.kind) {
    case 'label':
      return LABEL.test(value) ? undefined : `must be letters, digits and \`-\` alone: ${variable.description}`
    case 'segment':
      return /^[A-Za-z0-9._~-]{1,128}$/.test(value) && !/^\.+$/.test(value)
        ? undefined
        : `must be letters, digits, \`-\`, \`_\`, \`.\` and \`~\` alone: ${variable.description}`
    case 'choice':
      return variable.choices.includes(value) ? undefined : `must be one of ${variable.choices.map((choice) => `\`${choice}\``).join(', ')}`
    case 'host': {
      const labels = value.split('.')
      // A host name that ends in a number is an address.
      const isName =
        value.length <= 253 && labels.length >= 2 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '')
      if (!isName) return `must be a host name without scheme, port and path: ${variable.description}`
      const { endings } = variable
      return !endings || endings.some((ending) => value.toLowerCase().endsWith(ending))
        ? undefined
        : `must end with ${endings.map((ending) => `\`${ending}\``).join(' or ')}`
    }
  }
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/** A value that is right, to try a definition with. */
export function sampleValue(variable: ProviderVariable): string {
  if (variable.kind === 'choice') return variable.choices[0] ?? ''
  return variable.kind === 'host' ? `sample${variable.endings?.[0] ?? '.example.com'}` : 'sample'
}
