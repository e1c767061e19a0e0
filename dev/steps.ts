/** Something that takes a while, told as it happens. */
export type Steps = {
  /** Says what begins and what it waits for, does it, and says how long it took; on failure says so and throws on. */
  step<T>(name: string, waitsFor: string, act: () => Promise<T> | T): Promise<T>
  say(line: string): void
}

/** Lines for a terminal or a log file: nothing is overwritten, colours only where they are shown. */
export function stepsTo(write: (line: string) => void, colours: boolean): Steps {
  const paint = (code: number, text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)
  const [green, red, grey] = [32, 31, 90]
  return {
    async step(name, waitsFor, act) {
      const begun = performance.now()
      const took = () => `${((performance.now() - begun) / 1000).toFixed(1)} s`
      write(paint(grey, `  … ${name}: ${waitsFor}`))
      try {
        const result = await act()
        write(`  ${paint(green, '✓')} ${name} ${paint(grey, took())}`)
        return result
      } catch (error) {
        write(`  ${paint(red, '✗')} ${name} ${paint(grey, took())}`)
        throw error
      }
    },
    say: (line) => write(line),
  }
}

export const silent: Steps = { step: async (_name, _waitsFor, act) => act(), say: () => {} }
