/** Keeps what was used last, up to a total weight. */
export class Lru<T> {
  readonly #entries = new Map<string, { readonly value: T; readonly weight: number }>()
  readonly #capacity: number
  #weight = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  /** Replaces what stood at `key`; something heavier than the whole capacity is not kept. */
  set(key: string, value: T, weight: number): void {
    this.#remove(key)
    if (weight > this.#capacity) return
    this.#entries.set(key, { value, weight })
    this.#weight += weight
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#capacity) break
      this.#remove(oldest)
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key)
    if (entry && this.#entries.delete(key)) this.#weight -= entry.weight
  }

  /** Oldest use first. */
  keys(): IterableIterator<string> {
    return this.#entries.keys()
  }

  /** Without counting as a use. */
  peek(key: string): T | undefined {
    return this.#entries.get(key)?.value
  }
}
