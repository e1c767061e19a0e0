import type { Life } from '../registry/life-cycle.ts'
import type { RegisteredClient } from '../registry/registry.ts'
import { usageKey } from '../registry/usage.ts'
import { type CommandContext, countedUsage, readClients } from './context.ts'
import { done, type Outcome, refused, table } from './outcome.ts'

/** The clients, and the versions of each. */
export async function list(context: CommandContext, [only]: readonly string[]): Promise<Outcome> {
  const { clients, errors } = await readClients(context, only)
  if (only !== undefined && clients.length === 0) return refused(`There is no client "${only}".`, ...errors)
  const lines = clients.flatMap((client) => [described(client), ...versions(client)])
  return errors.length > 0 ? refused(...lines, ...errors) : done(...lines)
}

function described({ name, file }: RegisteredClient): string {
  const rate = file.rate ? `, ${file.rate.perMinute} a minute` : ''
  if (file.kind === 'app') return `${name}: app, enforcement ${file.enforcement}, azp ${file.azp.join(' ')}${rate}`
  const keys = file.keys.map(({ hint, created }) => `${hint}… of ${day(created)}`).join(' ') || 'none'
  return `${name}: partner, scopes ${file.scopes.join(' ') || 'none'}, keys ${keys}${rate}`
}

function versions({ operations }: RegisteredClient): readonly string[] {
  const all = Map.groupBy(operations, ({ app, version }) => `${app}/${version}`)
  return [...all].flatMap(([version, its]) => {
    const life = its[0]?.life
    return life ? `  ${version}: ${stateOf(life)}, ${its.length} operations, published ${day(life.publishedAt)}` : []
  })
}

function stateOf(life: Life): string {
  if (life.state === 'retired') return `retired ${day(life.retiredAt)}`
  return life.state === 'deprecated' && life.sunset ? `deprecated, sunset ${day(life.sunset)}` : life.state
}

const day = (time: string): string => time.slice(0, 10)

/** How often every operation that is not retired was used, unused ones last. */
export async function usageReport(context: CommandContext, [only]: readonly string[]): Promise<Outcome> {
  const counts = await countedUsage(context)
  if (!counts) return refused('Usage is counted in Redis. Set REDIS_URL.')
  const { clients, errors } = await readClients(context, only)
  if (only !== undefined && clients.length === 0) return refused(`There is no client "${only}".`, ...errors)
  const rows = clients
    .flatMap(({ operations }) => operations)
    .filter(({ life }) => life.state !== 'retired')
    .map((operation) => ({ operation, count: counts.get(usageKey(operation)) }))
    .sort((one, other) => (other.count?.uses ?? 0) - (one.count?.uses ?? 0))
    .map(({ operation, count }) => [
      operation.client,
      operation.app,
      operation.version,
      operation.name,
      String(count?.uses ?? 0),
      count?.lastUsed?.toISOString() ?? 'never',
    ])
  return done(...table(['client', 'app', 'version', 'operation', 'uses', 'last'], rows), ...errors)
}
