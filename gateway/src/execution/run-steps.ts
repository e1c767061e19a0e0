/** Runs the steps of a plan: sends requests to subgraphs, merges their results, and collects errors with their places. */
import type { Viewer } from '@holdfast/service/identity'
import type { ResponseError } from '../core/errors.ts'
import { copy, isObject, type JsonObject, merge } from '../core/json.ts'
import type { ResponsePath } from '../core/response.ts'
import { answerName, representationsName } from '../planning/entities.ts'
import { requestBody } from '../planning/request-text.ts'
import type { EntitiesStep, Lookup, Outputs, RootStep, Step } from '../planning/steps.ts'
import type { SubgraphError, SubgraphReply, SubgraphResult, Subgraphs } from '../subgraph/result.ts'
import type { Graph } from '../supergraph/graph.ts'
import type { ExecutionErrors } from './execution-errors.ts'
import { representationOf } from './representations.ts'
import { pathsOf, targetsAt } from './response-paths.ts'
import { rewrite } from './rewrites.ts'

/** One run of a plan. `data` grows while it runs. */
export interface Run {
  readonly graph: Graph
  readonly subgraphs: Subgraphs
  readonly viewer: Viewer
  readonly variables: Readonly<Record<string, unknown>>
  readonly deadline: number
  readonly data: JsonObject
  readonly errors: ExecutionErrors
}

export async function runStep(step: Step, run: Run): Promise<void> {
  switch (step.kind) {
    case 'sequence':
      for (const next of step.steps) await runStep(next, run)
      return
    case 'parallel':
      await Promise.all(step.steps.map((next) => runStep(next, run)))
      return
    case 'condition': {
      const next = run.variables[step.variable] === true ? step.yes : step.no
      if (next) await runStep(next, run)
      return
    }
    case 'root':
      return mergeRoot(run.subgraphs.read(await sendRoot(step, run)), step.outputs, run)
    case 'entities':
      return runEntities(step, run)
  }
}

export const sendRoot = ({ subgraph, text, operation }: RootStep, run: Run): Promise<SubgraphReply> =>
  send(subgraph, requestBody(text, run.variables), operation === 'query', run)

const send = (subgraph: string, body: string, reads: boolean, { subgraphs, viewer, deadline }: Run) =>
  subgraphs.send({ subgraph, body, reads, viewer, deadline })

/** Merges the result of a root operation, or an event, into the run's data. */
export function mergeRoot(answer: SubgraphResult, outputs: Outputs, run: Run): void {
  if (answer.kind === 'failed') {
    run.errors.explainMissing(run.data, answer.error)
    return
  }
  const { data, errors } = answer
  if (data) {
    rewrite(run.graph, outputs.rewrites, data)
    merge(run.data, data)
  }
  for (const error of errors) {
    if (error.path && error.path.length > 0) locate(run, error, error.path, outputs)
    else if (data) run.errors.unplaced.push(errorOf(error))
    if (!data) run.errors.explainMissing(run.data, errorOf(error))
  }
}

/** The part of a request that is for one lookup, with the same fields for each of its entities. */
interface Part {
  readonly lookup: number
  readonly without: number
  /** Representations as JSON, each once, with the objects that need it. */
  readonly waiting: Map<string, JsonObject[]>
}

async function runEntities(step: EntitiesStep, run: Run): Promise<void> {
  const parts = step.lookups
    .flatMap((lookup, index) => partsOf(step.subgraph, lookup, index, run))
    .filter((part) => part.without === 0 || step.text([part])) // With all fields left out there is nothing to request.
  const text = parts.length > 0 ? step.text(parts) : undefined
  if (!text) return
  const representations = parts.map(
    ({ waiting }, part) => `"${representationsName(part)}":[${[...waiting.keys()].join(',')}]`,
  )
  const reply = await send(step.subgraph, requestBody(text, run.variables, representations), true, run)
  const answer = run.subgraphs.read(reply)
  const paths = answer.kind === 'answered' && answer.errors.length > 0 ? pathsOf(run.data) : undefined
  for (const [index, part] of parts.entries()) {
    const lookup = step.lookups[part.lookup]
    if (lookup) mergeEntities(answer, answerName(index), part, lookup.outputs, run, paths)
  }
}

function partsOf(subgraph: string, lookup: Lookup, index: number, run: Run): Part[] {
  const parts = new Map<number, Part>()
  for (const object of targetsAt(run.data, lookup.path)) {
    const representation = representationOf(run.graph, subgraph, lookup, object)
    if (!representation) continue
    const { value, without } = representation
    const part = parts.get(without) ?? { lookup: index, without, waiting: new Map<string, JsonObject[]>() }
    parts.set(without, part)
    const json = JSON.stringify(value)
    const waiting = part.waiting.get(json)
    if (waiting) waiting.push(object)
    else part.waiting.set(json, [object])
  }
  return [...parts.values()]
}

function mergeEntities(
  answer: SubgraphResult,
  name: string,
  part: Part,
  outputs: Outputs,
  run: Run,
  paths: ReadonlyMap<JsonObject, ResponsePath> | undefined,
): void {
  const waiting = [...part.waiting.values()]
  if (answer.kind === 'failed') {
    for (const object of waiting.flat()) run.errors.explainMissing(object, answer.error)
    return
  }
  const entities = answer.data?.[name]
  if (Array.isArray(entities)) {
    const blamed = blamedEntities(answer.errors, name)
    rewrite(run.graph, outputs.rewrites, entities)
    for (const [index, objects] of waiting.entries()) {
      mergeInto(entities[index], objects)
      if (entities[index] === null && !blamed.has(index) && !blamed.has(undefined))
        for (const object of objects) run.errors.nonexistent.add(object)
    }
  }
  for (const error of answer.errors) {
    const [field, index, ...rest] = error.path ?? []
    const objects = field === name && typeof index === 'number' ? (waiting[index] ?? []) : []
    for (const object of objects) {
      if (rest.length === 0) run.errors.explainMissing(object, errorOf(error))
      else locate(run, error, [...(paths?.get(object) ?? []), ...rest], outputs)
    }
    // An error without a place, or one that made the whole list null, explains whatever is missing.
    if (error.path && Array.isArray(entities)) continue
    const explanation = errorOf(error)
    for (const object of waiting.flat()) run.errors.explainMissing(object, explanation)
  }
}

/** Indexes of the entities of one lookup that errors are about; undefined among them means all. */
const blamedEntities = (errors: readonly SubgraphError[], name: string): ReadonlySet<unknown> =>
  new Set(errors.filter(({ path }) => !path?.length || path[0] === name).map(({ path }) => path?.[1]))

function mergeInto(entity: unknown, objects: readonly JsonObject[]): void {
  if (!isObject(entity)) return
  for (const [index, object] of objects.entries()) merge(object, index === 0 ? entity : copy(entity))
}

/** Keeps the error with its place, under the names that the client chose. */
function locate(run: Run, error: SubgraphError, path: ResponsePath, outputs: Outputs): void {
  const renamed = path.map((part) => (typeof part === 'string' ? (outputs.renamed.get(part) ?? part) : part))
  run.errors.located.push({ error: errorOf(error), path: renamed })
}

const errorOf = ({ message, extensions }: SubgraphError): ResponseError => ({ message, extensions })
