/** Limits what an operation may cost and how often fields, points and clients may be used. */
import type { ResponseError } from '../core/errors.ts'
import { limits as messages } from '../core/messages.ts'
import type { Requester } from '../core/requester.ts'
import { refused } from '../metrics/requests.ts'
import type { PreparedOperation } from '../operation/prepare.ts'
import type { RateCounter, RateUse } from '../rates/rates.ts'
import type { RateRule } from '../supergraph/rate-directive.ts'

export type CheckCostAndRates = ReturnType<typeof costAndRateLimits>

export interface CostAndRateOptions {
  readonly limits: { readonly cost: number }
  /** Whether operations over the limit are refused or only measured; undefined: refused where the supergraph declares costs. */
  readonly costMode: 'measure' | 'enforce' | undefined
  /** Points that one identity may spend in a minute, where each operation costs at least one; undefined for no limit. */
  readonly pointsPerMinute: number | undefined
  /** Multiplies the counts that `@rate` declares. */
  readonly rateFactor: number
}

export function costAndRateLimits(
  { limits: { cost: costLimit }, costMode, pointsPerMinute, rateFactor }: CostAndRateOptions,
  rates: RateCounter,
) {
  const points = pointsPerMinute === undefined ? undefined : perMinute('points', pointsPerMinute, 'identity')

  /** Returns why the operation is refused; undefined when it may run. */
  return async ({ graph, cost }: PreparedOperation, requester: Requester): Promise<ResponseError | undefined> => {
    const enforced = costMode === undefined ? graph.costs.declared : costMode === 'enforce'
    if (enforced && cost.points > costLimit) return refuse('cost', messages.cost(cost.points, costLimit))
    const uses = cost.uses.map(({ rule, times }): RateUse => {
      const count = Math.min(rule.count * rateFactor, rule.seconds * 1_000_000)
      return { rule: { ...rule, count }, times, subject: subjectOf(rule, requester) }
    })
    // Counted as one burst, thirty aliases would be thirty guesses for the price of five.
    const excess = uses.find(({ rule, times }) => times > rule.count)
    if (excess) return refuse(excess.rule.name, messages.rateInOneOperation(excess.times, excess.rule.count))
    if (points) uses.push({ rule: points, times: Math.max(1, cost.points), subject: subjectOf(points, requester) })
    const { client } = requester
    if (client?.file.rate) {
      // The rate that a client has in the registry, for all its users together.
      const count = client.file.rate.perMinute
      uses.push({ rule: perMinute(`client ${count}/60s`, count, 'client'), times: 1, subject: client.name })
    }
    if (uses.length === 0) return undefined
    const exceeded = await rates.take(uses)
    if (!exceeded) return undefined
    const { rule, counted, retryAfterS } = exceeded
    return refuse(rule.name, counted ? messages.rate(retryAfterS) : messages.rateNotCountable(retryAfterS))
  }
}

function refuse(limit: string, error: ResponseError): ResponseError {
  refused.inc({ limit })
  return error
}

const perMinute = (name: string, count: number, per: RateRule['per']): RateRule => ({
  name,
  count,
  seconds: 60,
  per,
  away: 'local',
})

function subjectOf({ per }: RateRule, { limitKey, client, address }: Requester): string {
  switch (per) {
    case 'identity':
      return limitKey
    case 'client':
      return client?.name ?? limitKey
    case 'address':
      return address
    case 'everybody':
      return ''
  }
}
