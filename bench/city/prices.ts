/** The subgraph of prices, as a process. */
import { rootFields } from './asked.ts'
import { priced } from './graph.ts'
import { serve } from './server.ts'

serve((asked) => {
  const data: Record<string, unknown> = {}
  for (const { answerName, name, argument } of rootFields(asked)) {
    const representations = argument(asked.variables)
    data[answerName] =
      name === '_entities' && Array.isArray(representations) ? representations.map(({ id }) => priced(id)) : 'EUR'
  }
  return { data }
})
