import type { DatabaseServer } from './database-server.ts'
import { mariadbService, postgresService, type Service } from './service.ts'

export interface Services {
  /** For each service its variable: a URL, or `none`. */
  readonly env: Record<string, string>
  /** What is skipped and why, for people to read. */
  readonly notices: string[]
  /** The same where nothing may be skipped, so that the run has to fail. */
  readonly problems: string[]
  /** Ends the servers that were started here. */
  stop(): Promise<void>
}

/** Finds or starts the servers that tests need: what is given, else what answers on this machine, else one that lives as long as the run. */
export async function ensureServices(
  env: NodeJS.ProcessEnv,
  requireAll: boolean,
  services: readonly Service[] = [postgresService, mariadbService],
): Promise<Services> {
  const found = await Promise.all(services.map(async (service) => ({ service, ...(await findOrStart(service, env)) })))
  const missing = found.flatMap(({ service, reason }) => (reason ? [sentence(service, reason, requireAll)] : []))
  return {
    env: Object.fromEntries(found.map(({ service, url }) => [service.variable, url])),
    notices: requireAll ? [] : missing,
    problems: requireAll ? missing : [],
    async stop() {
      await Promise.all(found.map(({ server }) => server?.remove()))
    },
  }
}

interface Found {
  readonly url: string
  readonly server?: DatabaseServer
  /** Why there is none. */
  readonly reason?: string
}

async function findOrStart(service: Service, env: NodeJS.ProcessEnv): Promise<Found> {
  const given = env[service.variable]
  if (given === 'none') return { url: given, reason: `${service.variable} is none` }
  if (given) return { url: given }
  const urls = service.usualUrls(env)
  for (const url of urls) if (await service.answers(url)) return { url }
  try {
    const server = await service.start()
    return { url: server.url, server }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { url: 'none', reason: `nothing answers at ${urls.join(' or ')}, and none can be started. ${why}` }
  }
}

function sentence(service: Service, reason: string, requireAll: boolean): string {
  const advice = `Install the package ${service.package}, or set ${service.variable} to the URL of a server that tests may write to.`
  const why = reason.endsWith('.') ? reason : `${reason}.`
  return requireAll
    ? `There is no ${service.name}, and CI or HOLDFAST_REQUIRE_ALL asks for all tests: ${why} ${advice}`
    : `SKIPPED: the tests on ${service.name}, because ${why} ${advice}`
}
