import { z } from 'zod'

/** A TCP port; 0 asks the system for a free one. */
export const Port = z.coerce.number().int().min(0).max(65_535)
export const Url = z.url()
/** A secret shared by two processes. Refuses what a human would type. */
export const Secret = z.string().min(32, 'must be at least 32 characters')

/** What every process is told. */
export const commonConfig = {
  PORT: Port,
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
}

/**
 * Reads the environment by a schema. With faults it names all of them at once on stderr and exits with 1, before
 * anything was started. An empty variable counts as missing. `together` names faults that no variable has alone.
 */
export function readConfig<T extends z.ZodRawShape>(
  shape: T,
  env: NodeJS.ProcessEnv,
  together: (given: NodeJS.ProcessEnv) => readonly string[] = () => [],
): z.infer<z.ZodObject<T>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const result = z.object(shape).safeParse(given)
  const faults = (result.error?.issues ?? []).map((issue) => {
    const name = issue.path.join('.')
    return `${name}: ${given[name] === undefined ? 'is missing' : issue.message}`
  })
  faults.push(...together(given))
  if (result.success && faults.length === 0) return result.data
  process.stderr.write(`Configuration has ${faults.length} fault(s):\n  ${faults.join('\n  ')}\n`)
  process.exit(1)
}
