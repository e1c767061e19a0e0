import type { FetchDataRewrite, FetchNode } from '@apollo/query-planner'
import type { Outputs } from './steps.ts'

export function compileOutputs(fetch: FetchNode): Outputs {
  const rewrites = fetch.outputRewrites ?? []
  return { rewrites, renamed: new Map(rewrites.flatMap(renaming)) }
}

const renaming = (rewrite: FetchDataRewrite): [string, string][] => {
  const from = rewrite.path.at(-1)
  return rewrite.kind === 'KeyRenamer' && from !== undefined ? [[from, rewrite.renameKeyTo]] : []
}
