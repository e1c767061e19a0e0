import { pino } from 'pino'
import { traceId } from './trace.ts'

export type Log = pino.Logger

/** Structured log on stdout, one JSON object per line, with the trace id. Fields that carry secrets are redacted. */
export const createLog = (service: string, level: string, destination: Destination = pino.destination(1)): Log =>
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
        paths: [
          'token',
          'authorization',
          'password',
          'secret',
          'client_secret',
          'clientSecret',
          'gatewaySecret',
          'apiKey',
        ].flatMap((name) => [name, `*.${name}`]),
        censor: '[redacted]',
      },
      serializers: { err: pino.stdSerializers.err },
      hooks: {
        logMethod(line, write, severity) {
          write.apply(this, line)
          if (severity >= warning) destination.flush?.()
        },
      },
    },
    destination,
  )

const warning = 40 // pino's number

/** Where lines go. Buffered lines are written when `flush` is called, after a warning or worse. */
export interface Destination extends pino.DestinationStream {
  flush?(): void
}

const batchLength = 4_096 // characters
const batchMs = 100

/**
 * Stdout, several lines at a time, for processes that log thousands of lines a second: one write per line was a fifth of
 * the gateway's CPU per request. SIGKILL can lose a tenth of a second of lines below a warning. Pino's own buffering never
 * ends when its reader has gone (sonic-boom 4.2, flushSync on EPIPE).
 */
export function batchedStdout(): Destination {
  let lines = ''
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const batch = lines
    lines = ''
    if (batch !== '') process.stdout.write(batch)
  }
  process.on('exit', flush)
  process.stdout.on('error', () => undefined) // The reader of the log has gone; that is no reason to stop.
  return {
    flush,
    write: (line) => {
      lines += line
      if (lines.length >= batchLength) flush()
      else timer ??= setTimeout(flush, batchMs).unref()
    },
  }
}
