/** What is wanted of entries, by member; `metadata[key]` for one key of a map. What is not text is not looked up. */
export type Where = Readonly<Record<string, unknown>>

export interface Walk {
  readonly toward: 'older' | 'newer'
  /** Starts behind the entry with this id; without it at the end it walks away from. */
  readonly from?: string | undefined
  /** Narrows the walk by one index if there is one: the rest of it, and upper and lower case, are for the caller to test. */
  readonly where?: Where | undefined
}

interface Slot<T> {
  entry: T
  /** Grows with every first put. */
  readonly place: number
  older: Slot<T> | undefined
  newer: Slot<T> | undefined
}

/**
 * Entries of one kind in the order in which they were first put. To find, put, remove or go one step further costs the
 * same however many there are: the latest ten must not take longer among fifty thousand.
 */
export class Shelf<T extends { readonly id: string }> {
  readonly #indexed: readonly string[]
  readonly #slots = new Map<string, Slot<T>>()
  /** Slots that have a value in a member, oldest first. */
  readonly #index = new Map<string, Slot<T>[]>()
  #oldest: Slot<T> | undefined
  #newest: Slot<T> | undefined
  #placed = 0

  /** `indexed` names the members by which entries are looked up. */
  constructor(indexed: readonly string[]) {
    this.#indexed = indexed
  }

  find(id: string): T | undefined {
    return this.#slots.get(id)?.entry
  }

  put(entry: T): void {
    const known = this.#slots.get(entry.id)
    if (known) {
      const before = this.#keysOf(known.entry)
      const after = this.#keysOf(entry)
      for (const key of before) if (!after.includes(key)) this.#unindex(known, key)
      for (const key of after) if (!before.includes(key)) this.#enter(known, key)
      known.entry = entry
      return
    }
    this.#placed += 1
    const slot: Slot<T> = { entry, place: this.#placed, older: this.#newest, newer: undefined }
    if (this.#newest) this.#newest.newer = slot
    else this.#oldest = slot
    this.#newest = slot
    this.#slots.set(entry.id, slot)
    for (const key of this.#keysOf(entry)) this.#enter(slot, key)
  }

  remove(id: string): void {
    const slot = this.#slots.get(id)
    if (!slot) return
    this.#slots.delete(id)
    if (slot.older) slot.older.newer = slot.newer
    else this.#oldest = slot.newer
    if (slot.newer) slot.newer.older = slot.older
    else this.#newest = slot.older
    for (const key of this.#keysOf(slot.entry)) this.#unindex(slot, key)
  }

  *walk({ toward, from, where = {} }: Walk): Generator<T> {
    const start = from === undefined ? undefined : this.#slots.get(from)
    if (from !== undefined && !start) return
    const key = this.#keyIn(where)
    if (key === undefined) {
      const end = toward === 'older' ? this.#newest : this.#oldest
      for (let slot = start ? start[toward] : end; slot; slot = slot[toward]) yield slot.entry
      return
    }
    const slots = this.#index.get(key) ?? []
    if (toward === 'older') {
      for (let at = start ? firstFrom(slots, start.place) : slots.length; at > 0; at--)
        yield (slots[at - 1] as Slot<T>).entry
    } else {
      for (const { entry } of slots.slice(start ? firstFrom(slots, start.place + 1) : 0)) yield entry
    }
  }

  /** The first thing wanted that there is an index for. */
  #keyIn(where: Where): string | undefined {
    for (const [name, value] of Object.entries(where)) {
      const member = name.split('[', 1)[0] ?? name
      if (typeof value === 'string' && this.#indexed.includes(member)) return keyOf(name, value)
    }
    return undefined
  }

  #keysOf(entry: T): string[] {
    return this.#indexed.flatMap((name) => {
      const value = (entry as Readonly<Record<string, unknown>>)[name]
      if (typeof value === 'string') return [keyOf(name, value)]
      return Object.entries(value ?? {}).map(([key, each]) => keyOf(`${name}[${key}]`, String(each)))
    })
  }

  #enter(slot: Slot<T>, key: string): void {
    const slots = this.#index.get(key)
    if (slots) slots.splice(firstFrom(slots, slot.place), 0, slot)
    else this.#index.set(key, [slot])
  }

  #unindex(slot: Slot<T>, key: string): void {
    const slots = this.#index.get(key) ?? []
    slots.splice(firstFrom(slots, slot.place), 1)
    if (slots.length === 0) this.#index.delete(key)
  }
}

/** Search at Stripe does not tell upper from lower case. */
const keyOf = (name: string, value: string): string => `${name} ${value.toLowerCase()}`

/** Where the slots from this place on begin. */
function firstFrom(slots: readonly Slot<unknown>[], place: number): number {
  let low = 0
  let high = slots.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((slots[middle]?.place ?? place) < place) low = middle + 1
    else high = middle
  }
  return low
}
