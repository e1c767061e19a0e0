import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder, type Measured, startNode } from '../measured.ts'
import { supergraphAt } from './graph.ts'

export interface City extends AsyncDisposable {
  readonly supergraphFile: string
  readonly vehicles: Measured
}

/** Starts both subgraphs and writes the supergraph that leads to them. */
export async function startCity(): Promise<City> {
  const start = async (name: string) => {
    const process = startNode({ name, entry: join(import.meta.dirname, `${name}.ts`) })
    return { process, port: await process.told<number>('port') }
  }
  const [vehicles, prices] = await Promise.all([start('vehicles'), start('prices')])
  const supergraphFile = join(folder, 'supergraph.graphql')
  writeFileSync(supergraphFile, supergraphAt(vehicles.port, prices.port))
  return {
    supergraphFile,
    vehicles: vehicles.process,
    [Symbol.asyncDispose]: async () => {
      await vehicles.process[Symbol.asyncDispose]()
      await prices.process[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
