export type RequestText = ReturnType<typeof requestText>

/** A subgraph request whose operation is fixed and whose variables are filled in. */
export const requestText = (query: string, operationName: string | undefined, variables: readonly string[]) => ({
  query,
  operationName,
  /** Names of the client's variables that it uses. */
  variables,
  /** The request's JSON up to the members of `variables`. */
  opening: `{"query":${JSON.stringify(query)},${operationName ? `"operationName":${JSON.stringify(operationName)},` : ''}"variables":{`,
})

/** The JSON of a request: `extra` are members of `variables` that are JSON already. */
export function requestBody(
  text: RequestText,
  variables: Readonly<Record<string, unknown>>,
  extra: readonly string[] = [],
): string {
  const members = [...extra]
  for (const name of text.variables)
    if (variables[name] !== undefined) members.push(`${JSON.stringify(name)}:${JSON.stringify(variables[name])}`)
  return `${text.opening}${members.join(',')}}}`
}
