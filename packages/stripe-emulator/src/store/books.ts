import type { Dispatch } from '../domain/dispatch.ts'
import type { StoredReply } from '../domain/idempotency.ts'
import type { ApiObjects, Appointment, Moment } from '../domain/objects.ts'
import { mintId } from './ids.ts'
import { Journal, type JournalLine } from './journal.ts'
import { Shelf, type Walk } from './shelf.ts'

/** How far the account's clock is ahead of the machine's. */
interface ClockOffset {
  readonly object: 'clock'
  readonly id: 'clock'
  readonly seconds: number
}

/** Everything the account remembers, by the word in its `object` member. */
export interface Tables extends ApiObjects {
  appointment: Appointment
  clock: ClockOffset
  dispatch: Dispatch
  stored_reply: StoredReply
}

export type Kind = keyof Tables

type Entry = Tables[Kind]

type Shelves = { readonly [K in Kind]: Shelf<Tables[K]> }

/** With the members by which lists and searches ask for them. */
const emptyShelves = (): Shelves => ({
  appointment: new Shelf([]),
  balance_transaction: new Shelf(['source']),
  charge: new Shelf(['payment_intent', 'customer']),
  clock: new Shelf([]),
  customer: new Shelf(['email']),
  dispatch: new Shelf([]),
  event: new Shelf([]),
  payment_intent: new Shelf(['metadata', 'customer']),
  payment_method: new Shelf(['customer']),
  refund: new Shelf(['charge', 'payment_intent']),
  stored_reply: new Shelf([]),
  webhook_endpoint: new Shelf([]),
})

/** What a transaction may do. Entries are values: they are replaced, never changed. */
export interface Draft extends Moment {
  find<K extends Kind>(kind: K, id: string): Tables[K] | undefined
  /** In the order in which they were first put. What this draft put itself is not among them. */
  all<K extends Kind>(kind: K): Iterable<Tables[K]>
  /** One after the other from the end or from an entry on. What this draft put itself is not among them. */
  walk<K extends Kind>(kind: K, walk: Walk): Iterable<Tables[K]>
  put(...entries: Entry[]): void
  remove(kind: Kind, id: string): void
}

export interface BooksOptions {
  /** Where to keep them; without it they live in memory. */
  readonly file?: string | undefined
  /** The same seed gives the same ids in the same order. */
  readonly seed: string
  /** The machine's clock in unix seconds. */
  readonly machineNow: () => number
}

/** The account's memory. One transaction runs at a time, in one go, and is kept whole or not at all. */
export class Books implements Disposable {
  readonly #machineNow: () => number
  readonly #journal: Journal | undefined
  #shelves = emptyShelves()
  #seed: string
  #minted = 0
  /** Told of every dispatch that a transaction opened, once it is kept. */
  onDispatch: (dispatch: Dispatch) => void = () => {}

  constructor({ file, seed, machineNow }: BooksOptions) {
    this.#machineNow = machineNow
    this.#seed = seed
    if (!file) return
    for (const line of Journal.read(file)) {
      this.#seed = line.seed ?? this.#seed
      this.#minted = line.minted
      for (const entry of line.put) this.#place(entry as Entry)
      for (const [kind, id] of line.gone) this.#shelves[kind as Kind].remove(id)
    }
    this.#journal = new Journal(file)
    this.#compact()
  }

  now(): number {
    return this.#machineNow() + (this.find('clock', 'clock')?.seconds ?? 0)
  }

  find<K extends Kind>(kind: K, id: string): Tables[K] | undefined {
    return this.#shelves[kind].find(id)
  }

  all<K extends Kind>(kind: K): Iterable<Tables[K]> {
    return this.walk(kind, { toward: 'newer' })
  }

  walk<K extends Kind>(kind: K, walk: Walk): Iterable<Tables[K]> {
    return this.#shelves[kind].walk(walk)
  }

  /** Runs the work and keeps what it put; when it throws, nothing happened. */
  transact<T>(work: (draft: Draft) => T): T {
    const put = new Map<string, Entry>()
    const gone = new Map<string, [Kind, string]>()
    let minted = this.#minted
    const draft: Draft = {
      now: this.now(),
      id: (prefix) => mintId(this.#seed, ++minted, prefix),
      find: <K extends Kind>(kind: K, id: string) => {
        const place = `${kind} ${id}`
        if (gone.has(place)) return undefined
        return (put.get(place) as Tables[K] | undefined) ?? this.find(kind, id)
      },
      all: (kind) => this.all(kind),
      walk: (kind, walk) => this.walk(kind, walk),
      put: (...entries) => {
        for (const entry of entries) {
          gone.delete(`${entry.object} ${entry.id}`)
          put.set(`${entry.object} ${entry.id}`, entry)
        }
      },
      remove: (kind, id) => {
        put.delete(`${kind} ${id}`)
        gone.set(`${kind} ${id}`, [kind, id])
      },
    }
    const result = work(draft)
    if (put.size + gone.size > 0) {
      const kept = [...put.values()]
      const opened = kept.filter((entry) => entry.object === 'dispatch' && !this.find('dispatch', entry.id))
      this.#journal?.append({ put: kept, gone: [...gone.values()], minted })
      this.#minted = minted
      for (const entry of kept) this.#place(entry)
      for (const [kind, id] of gone.values()) this.#shelves[kind].remove(id)
      for (const dispatch of opened) this.onDispatch(dispatch as Dispatch)
    }
    return result
  }

  /** Forgets everything but the webhook endpoints and where ids come from: ids are never given out twice. */
  reset(): void {
    const endpoints = this.#shelves.webhook_endpoint
    this.#shelves = { ...emptyShelves(), webhook_endpoint: endpoints }
    this.#compact()
  }

  #place(entry: Entry): void {
    const shelf = this.#shelves[entry.object] as unknown as Shelf<Entry>
    shelf.put(entry)
  }

  /** Starts the journal anew with what is here now. */
  #compact(): void {
    this.#journal?.replace(this.#lines())
  }

  *#lines(): Generator<JournalLine> {
    yield { put: [], gone: [], minted: this.#minted, seed: this.#seed }
    for (const shelf of Object.values(this.#shelves) as unknown as Shelf<Entry>[]) {
      for (const entry of shelf.walk({ toward: 'newer' })) yield { put: [entry], gone: [], minted: this.#minted }
    }
  }

  [Symbol.dispose](): void {
    this.#journal?.[Symbol.dispose]()
  }
}
