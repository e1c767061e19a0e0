/** Prints steps as lines, for a terminal and for a log file alike: nothing is overwritten. Types are in steps.d.mts. */
export function printSteps(write = console.log, colours = process.stdout.isTTY === true, heartbeatMs = 5_000) {
  const paint = (code, text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)
  const [green, red, grey] = [32, 31, 90]
  return {
    async step(name, doing, act, progress) {
      const begun = performance.now()
      const seconds = (digits) => `${((performance.now() - begun) / 1000).toFixed(digits)} s`
      write(paint(grey, `  … ${name}: ${doing}`))
      const heartbeat = setInterval(() => {
        const details = [progress?.(), seconds(0)].filter(Boolean).join(', ')
        write(paint(grey, `  … ${name}: still ${doing} (${details})`))
      }, heartbeatMs)
      try {
        const result = await act()
        write(`  ${paint(green, '✓')} ${name} ${paint(grey, seconds(1))}`)
        return result
      } catch (error) {
        write(`  ${paint(red, '✗')} ${name} ${paint(grey, seconds(1))}`)
        throw error
      } finally {
        clearInterval(heartbeat)
      }
    },
    say: (line) => write(line),
  }
}

export const silentSteps = { step: async (_name, _doing, act) => act(), say: () => {} }
