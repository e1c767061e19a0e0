/**
 * Texts that clients sent once and name by their hash from then on (Apollo's automatic persisted queries). Whoever may send
 * them may send any text, so losing one costs a client one more request and nothing else: kept in this process, and in
 * Redis for the others, each withTimeout bounds that no client can widen.
 */
import { type Log, withTimeout } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import { Lru } from '../lru.ts'
import { sha256 } from './names.ts'

export interface Remembered {
  recall(hash: string): Promise<string | undefined>
  remember(text: string): void
}

const charactersKept = 4_000_000
const redisBudgetMs = 100 // What a client waits at most to spare itself a second request.
const redisTextLimit = 16_000 // characters
const redisSlots = 8_192 // A text takes the place of another in its slot: 128 MB in all, whatever clients send.
const redisKeptS = 86_400

export function remembered(redis: Redis | undefined, log: Log): Remembered {
  const here = new Lru<string>(charactersKept)
  const keep = (hash: string, text: string) => here.set(hash, text, text.length + hash.length)

  return {
    recall: async (hash) => {
      const known = here.get(hash)
      if (known !== undefined || redis?.status !== 'ready') return known
      try {
        const text = await withTimeout(redisBudgetMs, 'redis', redis.get(slotOf(hash)))
        if (text === null || sha256(text) !== hash) return undefined
        keep(hash, text)
        return text
      } catch (err) {
        log.debug({ err }, 'remembered operations cannot be read')
        return undefined
      }
    },
    remember: (text) => {
      const hash = sha256(text)
      if (here.peek(hash) !== undefined) return
      keep(hash, text)
      if (redis?.status !== 'ready' || text.length > redisTextLimit) return
      redis.set(slotOf(hash), text, 'EX', redisKeptS).catch((err: unknown) => {
        log.debug({ err }, 'an operation was not remembered')
      })
    },
  }
}

const slotOf = (hash: string): string => `holdfast:apq:${Number.parseInt(hash.slice(0, 8), 16) % redisSlots}`
