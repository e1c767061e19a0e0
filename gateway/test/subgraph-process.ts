/** A subgraph as a process that tests can kill. It streams a count. `SECRET` and `PORT` come from the environment. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startSubgraph } from './graph.ts'

await startSubgraph(
  'ticks',
  {
    sdl: 'type Query { ticks: Int } type Subscription { tick: Int! }',
    resolvers: {
      Query: { ticks: () => 1 },
      Subscription: {
        tick: {
          subscribe: async function* () {
            for (let tick = 0; ; tick++) {
              yield { tick }
              await sleep(50)
            }
          },
        },
      },
    },
  },
  process.env['SECRET'] ?? '',
  Number(process.env['PORT']),
  () => undefined,
)
process.stdout.write('ready\n')
