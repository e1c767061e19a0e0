import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchDir, type MeasuredProcess, startMeasuredProcess } from '../measured-process.ts'
import { supergraphAt } from './supergraph.ts'

export interface SampleSubgraphs extends AsyncDisposable {
  readonly supergraphFile: string
  readonly vehicles: MeasuredProcess
}

/** Starts both subgraphs and writes their supergraph to a file. Disposing stops them and removes `benchDir`. */
export async function startSampleSubgraphs(): Promise<SampleSubgraphs> {
  const start = async (name: string) => {
    const process = startMeasuredProcess({ name, entry: join(import.meta.dirname, `${name}.ts`) })
    return { process, port: await process.receive<number>('port') }
  }
  const [vehicles, prices] = await Promise.all([start('vehicles'), start('prices')])
  const supergraphFile = join(benchDir, 'supergraph.graphql')
  writeFileSync(supergraphFile, supergraphAt(vehicles.port, prices.port))
  return {
    supergraphFile,
    vehicles: vehicles.process,
    [Symbol.asyncDispose]: async () => {
      await vehicles.process[Symbol.asyncDispose]()
      await prices.process[Symbol.asyncDispose]()
      rmSync(benchDir, { recursive: true, force: true })
    },
  }
}
