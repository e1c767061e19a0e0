/**
 * Work in order per key and at most `width` at a time: what one key does slowly or wrongly does not hold up the others.
 * A key that has `depth` waiting gets no more; `push` says so by false.
 */
export function createLanes(width: number, depth: number) {
  const lanes = new Map<string, (() => Promise<void>)[]>()
  const waiting: (() => void)[] = []
  let running = 0

  const run = async (key: string, lane: (() => Promise<void>)[]) => {
    for (let work = lane[0]; work; work = lane[0]) {
      if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve))
      running += 1
      await work().finally(() => {
        running -= 1
        waiting.shift()?.()
      })
      lane.shift()
    }
    lanes.delete(key)
  }

  return {
    /** `work` does not reject. */
    push(key: string, work: () => Promise<void>): boolean {
      const lane = lanes.get(key)
      if (lane && lane.length >= depth) return false
      if (lane) lane.push(work)
      else {
        const fresh = [work]
        lanes.set(key, fresh)
        void run(key, fresh)
      }
      return true
    },
    async idle(): Promise<void> {
      while (lanes.size > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    },
  }
}
