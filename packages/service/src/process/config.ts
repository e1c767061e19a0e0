import { z } from 'zod'

/** A TCP port; 0 means any free one. */
export const Port = z.coerce.number().int().min(0).max(65_535)
export const Url = z.url()
/** A secret shared by two processes, too long to be typed by a person. */
export const Secret = z.string().min(32, 'must be at least 32 characters')

/** The variables of every process. */
export const commonConfig = {
  PORT: Port,
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
}

/**
 * Reads the environment by a schema. When something is wrong it names all of it at once on stderr and exits with 1, before
 * anything was started. An empty variable counts as missing. `together` finds mistakes between several variables.
 */
export function readConfig<T extends z.ZodRawShape>(
  shape: T,
  env: NodeJS.ProcessEnv,
  together: (given: NodeJS.ProcessEnv) => readonly string[] = () => [],
): z.infer<z.ZodObject<T>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const result = z.object(shape).safeParse(given)
  const mistakes = (result.error?.issues ?? []).map((issue) => {
    const name = issue.path.join('.')
    return `${name}: ${given[name] === undefined ? 'is missing' : issue.message}`
  })
  mistakes.push(...together(given))
  if (result.success && mistakes.length === 0) return result.data
  process.stderr.write(
    `The configuration is wrong. Correct these variables and start again:\n  ${mistakes.join('\n  ')}\n`,
  )
  process.exit(1)
}
