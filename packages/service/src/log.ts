import { pino } from 'pino'
import { traceId } from './trace.ts'

export type Log = pino.Logger

/**
 * Structured log on stdout, one JSON object per line, with the trace id; names that carry secrets are cut out. Lines are
 * written together, a warning or worse at once with all before it: a SIGKILL can take a tenth of a second of lesser lines.
 */
export const createLog = (service: string, level: string): Log =>
  pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => {
        const trace_id = traceId()
        return trace_id ? { trace_id } : {}
      },
      redact: {
        paths: ['token', 'authorization', 'password', 'secret', 'client_secret', 'clientSecret'].flatMap((name) => [
          name,
          `*.${name}`,
        ]),
        censor: '[redacted]',
      },
      serializers: { err: pino.stdSerializers.err },
      hooks: {
        logMethod(line, write, severity) {
          write.apply(this, line)
          if (severity >= warning) flush()
        },
      },
    },
    {
      write: (line) => {
        lines += line
        if (lines.length >= batchLength) flush()
        else timer ??= setTimeout(flush, batchMs).unref()
      },
    },
  )

// A write for each line was a fifth of what a request costs the gateway. Pino's own batches never end when whoever read
// them has gone (sonic-boom 4.2, flushSync on EPIPE).
const batchLength = 4_096 // characters
const batchMs = 100
const warning = 40 // pino's number
let lines = ''
let timer: NodeJS.Timeout | undefined

function flush(): void {
  clearTimeout(timer)
  timer = undefined
  const batch = lines
  lines = ''
  if (batch !== '') process.stdout.write(batch)
}

process.on('exit', flush)
// Nobody reads the log any more; that is no reason to stop.
process.stdout.on('error', () => undefined)
