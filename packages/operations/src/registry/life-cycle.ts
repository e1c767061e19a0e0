/** The life cycle of a published version. */
import { z } from 'zod'

const Time = z.iso.datetime()

/** When it will be retired, as clients are informed. It is retired by a person and not automatically. */
const sunset = Time.optional()

export const Life = z.discriminatedUnion('state', [
  z.object({ state: z.literal('active'), publishedAt: Time }),
  z.object({ state: z.literal('deprecated'), publishedAt: Time, deprecatedAt: Time, sunset }),
  z.object({
    state: z.literal('retired'),
    publishedAt: Time,
    deprecatedAt: Time.optional(),
    sunset,
    retiredAt: Time,
  }),
])
export type Life = z.infer<typeof Life>
export type State = Life['state']

/** Every legal move. Publishing creates the first state. */
export const moves = {
  deprecate: { from: ['active', 'deprecated'], to: 'deprecated' },
  retire: { from: ['active', 'deprecated'], to: 'retired' },
  restore: { from: ['deprecated', 'retired'], to: 'active' },
} as const satisfies Record<string, { readonly from: readonly State[]; readonly to: State }>

export type Move = keyof typeof moves
export const isMove = (text: string): text is Move => Object.hasOwn(moves, text)

export const published = (now: Date): Life => ({ state: 'active', publishedAt: now.toISOString() })

/** The life after a move; undefined when the move is not possible from its state. */
export function moved(life: Life, move: Move, now: Date, sunset: Date | undefined): Life | undefined {
  const from: readonly State[] = moves[move].from
  if (!from.includes(life.state)) return undefined
  const { publishedAt } = life
  if (move === 'restore') return { state: 'active', publishedAt }
  if (move === 'retire') return { ...life, state: 'retired', retiredAt: now.toISOString() }
  return {
    state: 'deprecated',
    publishedAt,
    deprecatedAt: life.state === 'deprecated' ? life.deprecatedAt : now.toISOString(),
    ...(sunset && { sunset: sunset.toISOString() }),
  }
}
