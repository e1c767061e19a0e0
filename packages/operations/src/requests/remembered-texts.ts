/**
 * Texts that clients sent once and name by their hash afterwards (Apollo's automatic persisted queries). Clients that may send them may
 * send any text, so a lost text only costs one more request. They are kept in this process, and in Redis for other gateways, both within
 * limits that clients cannot exceed.
 */
import { type Log, withTimeout } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import { LRUCache } from 'lru-cache'
import { sha256 } from '../registry/names.ts'

export type RememberedTexts = ReturnType<typeof rememberedTexts>

const maxCharacters = 4_000_000
const redisBudgetMs = 100 // A client should not wait longer to avoid a second request.
const redisTextLimit = 16_000 // characters
const redisSlots = 8_192 // A text replaces the one in its slot, so there are at most 128 MB, whatever clients send.
const redisKeptS = 86_400

export function rememberedTexts(redis: Redis | undefined, log: Log) {
  const local = new LRUCache<string, string>({ maxSize: maxCharacters })
  const keep = (hash: string, text: string) => local.set(hash, text, { size: text.length + hash.length })

  return {
    recall: async (hash: string): Promise<string | undefined> => {
      const known = local.get(hash)
      if (known !== undefined || redis?.status !== 'ready') return known
      try {
        const text = await withTimeout(redisBudgetMs, 'redis', redis.get(slotOf(hash)))
        if (text === null || sha256(text) !== hash) return undefined
        keep(hash, text)
        return text
      } catch (err) {
        log.debug({ err }, 'remembered texts cannot be read')
        return undefined
      }
    },
    remember: (text: string): void => {
      const hash = sha256(text)
      if (local.peek(hash) !== undefined) return
      keep(hash, text)
      if (redis?.status !== 'ready' || text.length > redisTextLimit) return
      redis.set(slotOf(hash), text, 'EX', redisKeptS).catch((err: unknown) => {
        log.debug({ err }, 'a text was not remembered')
      })
    },
  }
}

const slotOf = (hash: string): string => `holdfast:apq:${Number.parseInt(hash.slice(0, 8), 16) % redisSlots}`
