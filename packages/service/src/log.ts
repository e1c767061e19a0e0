import { pino } from 'pino'
import { traceId } from './trace.ts'

export type Log = pino.Logger

/** Structured log on stdout, one JSON object per line, with the trace id; names that carry secrets are cut out. */
export const createLog = (service: string, level: string): Log =>
  pino({
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
  })
