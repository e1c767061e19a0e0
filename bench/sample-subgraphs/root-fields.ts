/** Reads the requests of gateways, which name fields and variables differently. Each distinct query is parsed only once. */
import { Kind, parse } from 'graphql'

export interface GraphQLRequest {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

interface RootField {
  /** The alias, or the name. */
  readonly responseName: string
  readonly name: string
  argument(variables: GraphQLRequest['variables']): unknown
}

const parsedQueries = new Map<string, readonly RootField[]>()

/** The root fields of a request. Root fields of the sample subgraphs have at most one argument. */
export function rootFields({ query }: GraphQLRequest): readonly RootField[] {
  const parsed = parsedQueries.get(query)
  if (parsed) return parsed
  const fields = parseRootFields(query)
  parsedQueries.set(query, fields)
  return fields
}

function parseRootFields(query: string): readonly RootField[] {
  const operation = parse(query).definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation')
  return operation.selectionSet.selections.flatMap((field) => {
    if (field.kind !== Kind.FIELD) return []
    const value = field.arguments?.[0]?.value
    return [
      {
        responseName: (field.alias ?? field.name).value,
        name: field.name.value,
        argument: (variables) => {
          if (value?.kind === Kind.VARIABLE) return variables?.[value.name.value]
          if (value?.kind === Kind.INT) return Number(value.value)
          return undefined
        },
      },
    ]
  })
}
