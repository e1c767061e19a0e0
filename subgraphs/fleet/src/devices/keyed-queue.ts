/**
 * Runs the jobs of one key in order, and at most `width` jobs of all keys at a time: a slow or failing job delays only its
 * own key. A key with `depth` jobs takes no more.
 */
export function createKeyedQueue(width: number, depth: number) {
  const queues = new Map<string, (() => Promise<void>)[]>()
  const waiting: (() => void)[] = []
  let running = 0

  const run = async (key: string, queue: (() => Promise<void>)[]) => {
    for (let job = queue[0]; job; job = queue[0]) {
      if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve))
      running += 1
      await job().finally(() => {
        running -= 1
        waiting.shift()?.()
      })
      queue.shift()
    }
    queues.delete(key)
  }

  return {
    /** False when the key takes no more. `job` must not reject. */
    push(key: string, job: () => Promise<void>): boolean {
      const queue = queues.get(key)
      if (queue && queue.length >= depth) return false
      if (queue) queue.push(job)
      else {
        const started = [job]
        queues.set(key, started)
        void run(key, started)
      }
      return true
    },
    async idle(): Promise<void> {
      while (queues.size > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    },
  }
}
