/** Whether the cause is a dependency that is away or slow, not a bug here. */
export function isUnavailable(err: unknown): boolean {
  if (!(err instanceof Error)) return false
  const code = 'code' in err ? String(err.code) : ''
  return (
    /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/.test(code) ||
    // Postgres: connection exceptions, cannot connect now, shutdown, statement or lock timeout.
    /^(08...|57P0.|53...|57014|55P03)$/.test(code) ||
    // Prisma: not reachable, timed out, closed, no connection free (prisma.io/docs/orm/reference/error-reference).
    /^P(1001|1002|1008|1017|2024)$/.test(code) ||
    // An error of Postgres that Prisma passes on as P2039, with the SQLSTATE in its text.
    (code === 'P2039' && /Code: `(08...|57P0.|53...|57014|55P03)`/.test(err.message)) ||
    /timeout|timed out|Connection terminated|Connection is closed|is not queryable|isn't writeable|did not answer/i.test(
      err.message,
    )
  )
}
